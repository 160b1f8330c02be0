"""HEPostCode: the postcode of the place where the learner is taught."""

from openilr.spec.names import LearningDeliveryHE
from openilr.validate.rule import rule
from openilr.validate.rules.he.questions import is_not_returned

#: The postcode that stands for an unknown one.
UNKNOWN = "ZZ99 9ZZ"
FORMAT = "[A-Z]{1,2}([0-9]{1,2}|[0-9][A-Z]) [0-9][ABD-HJLNP-UW-Z]{2}"


@rule(
    "HEPostCode_01",
    LearningDeliveryHE,
    summary="The postcode of the place of teaching should exist, or be ZZ99 9ZZ.",
    message="HEPostCode is {HEPostCode}, which is not in the list of postcodes.",
    fix="Check the postcode; record ZZ99 9ZZ where it is not known.",
    cases="""
        HEPostCode | postcodes       | fires | why
        "ZZ1 1ZZ"  |                 | yes   | no such postcode
        "ZZ1 1ZZ"  | pcds="ZZ1 1ZZ"  | no    | in the list
        "ZZ1 1ZZ"  | pcds="ZZ1 1ZY"  | yes   | another is in the list
        "ZZ99 9ZZ" |                 | no    | not known
                   |                 | no    | not returned
    """,
)
def postcode_not_in_list(he):
    is_listed = he.any("postcodes", same={"pcds": he.HEPostCode})
    return ~is_not_returned(he.HEPostCode) & (he.HEPostCode != UNKNOWN) & ~is_listed


@rule(
    "HEPostCode_02",
    LearningDeliveryHE,
    summary="The postcode of the place of teaching must have the form of a postcode.",
    message="HEPostCode is {HEPostCode}, which has not the form of a postcode.",
    fix="Write the postcode in capital letters with one space, such as ZZ1 1ZZ.",
    cases="""
        HEPostCode | fires | why
        "Z1 1ZZ"   | no    | letter, digit
        "Z11 1ZZ"  | no    | letter, two digits
        "ZZ1 1ZZ"  | no    | two letters, digit
        "ZZ11 1ZZ" | no    | two letters, two digits
        "Z1Z 1ZZ"  | no    | letter, digit, letter
        "ZZ1Z 1ZZ" | no    | two letters, digit, letter
        "ZZ99 9ZZ" | no    | not known
        "ZZ11ZZ"   | yes   | no space
        "zz1 1zz"  | yes   | small letters
        "ZZ 1ZZ"   | yes   | no digit in the first part
        "ZZZ1 1ZZ" | yes   | three letters
        "ZZ111 1Z" | yes   | three digits
        "ZZ1 ZZZ"  | yes   | no digit in the second part
        "ZZ1 1Z"   | yes   | second part too short
        "ZZ1 1CZ"  | yes   | C is not used in the second part
        "ZZ1 1IZ"  | yes   | nor is I
        "ZZ1 1KZ"  | yes   | nor is K
        "ZZ1 1ZM"  | yes   | nor is M
        "ZZ1 1ZO"  | yes   | nor is O
        "ZZ1 1ZV"  | yes   | nor is V
                   | no    | not returned
    """,
)
def postcode_of_another_form(he):
    return ~is_not_returned(he.HEPostCode) & ~he.HEPostCode.matches(FORMAT)
