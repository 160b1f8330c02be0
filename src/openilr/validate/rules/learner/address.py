"""AddLine1, Postcode and PostcodePrior: where the learner lives, and lived before enrolling."""

from openilr.derive.codes import is_blank
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner
from openilr.validate.rule import Predicate, rule
from openilr.validate.rules.learner.aims import all_aims_are_community_learning

NOT_KNOWN = "ZZ99 9ZZ"
#: One or two letters, one or two digits or a digit and a letter; a space; a digit and two letters but C I K M O V.
SHAPE = r"[A-Z]{1,2}([0-9]{1,2}|[0-9][A-Z]) [0-9][ABD-HJLNP-UW-Z]{2}"
WHY_POSTCODE = "Funding, travel and deprivation are worked out from the place that the postcode stands for."


def is_shaped_like_a_postcode(value: Expr) -> Expr:
    return value.matches(SHAPE)


def exists(record: Record, postcode: Expr) -> Expr:
    """Whether the postcode is in the list of all of the United Kingdom, or is the one for unknown places."""
    return (postcode == NOT_KNOWN) | record.any("postcodes", same={"pcds": postcode})


def first_line_missing(learner):
    return is_blank(learner.AddLine1)


def not_in_list(field: str) -> Predicate:
    def postcode_not_in_list(learner: Record) -> Expr:
        return learner.field(field).known & ~exists(learner, learner.field(field))

    return postcode_not_in_list


def wrongly_written(field: str) -> Predicate:
    def postcode_wrongly_written(learner: Record) -> Expr:
        return learner.field(field).known & ~is_shaped_like_a_postcode(learner.field(field))

    return postcode_wrongly_written


def is_short_community_learning(learner):
    return all_aims_are_community_learning(learner) & (learner.PlanLearnHours <= 10)


_ADDRESS = """
    AddLine1        | PlanLearnHours | LearningDelivery                         | years | fires | why
    "1 High Street" | 100            | FundModel=38                             |       | no    | returned
                    | 100            | FundModel=38                             |       | yes   | missing
                    |                | FundModel=25                             |       | yes   | missing, no hours either
    "   "           | 100            | FundModel=38                             |       | yes   | white space only
                    | 10             | FundModel=10                             | 2526  | no    | short community learning
                    | 10             | FundModel=10                             | 2627  | yes   | no longer excused
                    | 11             | FundModel=10                             |       | yes   | more than ten hours
                    |                | FundModel=10                             |       | yes   | hours not known
                    | 10             | FundModel=99 FAM=SOF108                  | 2526  | no    | community learning as well
                    | 10             | FundModel=99 FAM=SOF105                  |       | yes   | not community learning
                    | 10             | FundModel=99                             |       | yes   | no source of funding
                    | 10             | FundModel=38 FAM=SOF108                  |       | yes   | another funding model
                    | 10             | FundModel=10; FundModel=99 FAM=SOF108    | 2526  | no    | all aims are
                    | 10             | FundModel=10; FundModel=38               |       | yes   | one aim is not
                    | 10             | FundModel=38                             |       | yes   | few hours alone do not excuse
                    | 10             |                                          |       | yes   | no aims
"""
for _unless, _since, _until in (((is_short_community_learning,), None, "2526"), ((), "2627", None)):
    rule(
        "AddLine1_03", Learner,
        summary="The first line of the address must be returned.",
        message="AddLine1 is missing.",
        fix="Record the first line of the learner's address.",
        unless=_unless, since=_since, until=_until, cases=_ADDRESS,
    )(first_line_missing)  # fmt: skip


_LISTED = """
    {field}    | postcodes       | fires | why
    "AB1 2CD"  | pcds="AB1 2CD"  | no    | listed
    "AB1 2CD"  | pcds="AB1 2CE"  | yes   | another one is
    "ZZ99 9ZZ" | pcds="AB1 2CE"  | no    | stands for an unknown place
    "ZZ99 9ZA" | pcds="AB1 2CE"  | yes   | nearly so
               | pcds="AB1 2CE"  | no    | blank
"""
_SHAPES = """
    {field}    | fires | why
    "AB1 2AB"  | no    | two letters, one digit
    "A1 2AB"   | no    | one letter, one digit
    "AB12 2AB" | no    | two digits
    "A12 2AB"  | no    | one letter, two digits
    "AB1C 2AB" | no    | digit and letter
    "A1C 2AB"  | no    | one letter, then digit and letter
    "ZZ99 9ZZ" | no    | stands for an unknown place
    "ab1 2ab"  | yes   | small letters
    "AB12AB"   | yes   | no space
    "AB1  2AB" | yes   | two spaces
    "ABC1 2AB" | yes   | three letters
    "1AB 2AB"  | yes   | starts with a digit
    "AB 2AB"   | yes   | no digit in the first part
    "AB1CD 2A" | yes   | too much in the first part
    "A123 2AB" | yes   | three digits
    "ABCD 2AB" | yes   | four letters
    "AB1 AAB"  | yes   | second part without digit
    "AB1 22A"  | yes   | second part with two digits
    "AB1 2A"   | yes   | second part too short
    "AB1 2ABD" | yes   | second part too long
    "AB1 2CB"  | yes   | C is not used in the second part
    "AB1 2AI"  | yes   | nor is I
    "AB1 2KA"  | yes   | nor is K
    "AB1 2AM"  | yes   | nor is M
    "AB1 2OA"  | yes   | nor is O
    "AB1 2AV"  | yes   | nor is V
    "AB1 2ZW"  | no    | other letters are
               | no    | blank: the schema asks for it
"""

for _id, _field, _what in (
    ("Postcode_14", "Postcode", "postcode"),
    ("PostcodePrior_01", "PostcodePrior", "postcode before enrolment"),
):
    rule(
        _id, Learner,
        summary=f"The {_what} should be one of the United Kingdom, or {NOT_KNOWN} where it is not known.",
        message=f"{_field} {{{_field}}} is not in the list of postcodes.",
        why=WHY_POSTCODE,
        fix=f"Check the {_what} with the learner; record {NOT_KNOWN} where it is not known or abroad.",
        cases=_LISTED.format(field=_field),
    )(not_in_list(_field))  # fmt: skip

for _id, _field, _what in (
    ("Postcode_15", "Postcode", "postcode"),
    ("PostcodePrior_02", "PostcodePrior", "postcode before enrolment"),
):
    rule(
        _id, Learner,
        summary=f"The {_what} must be written as postcodes are: capitals, one space, such as AB12 3DE.",
        message=f"{_field} {{{_field}}} does not have the form of a postcode.",
        why=WHY_POSTCODE,
        fix=f"Write the {_what} in capitals with one space before its last three characters.",
        cases=_SHAPES.format(field=_field),
    )(wrongly_written(_field))  # fmt: skip
