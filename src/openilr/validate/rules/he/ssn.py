"""SSN: the student support number that the student finance authorities give."""

from functools import reduce

from openilr.derive.expressions import Expr, Record, if_
from openilr.spec.names import LearningDeliveryHE
from openilr.validate.rule import rule
from openilr.validate.rules.he.questions import is_not_returned

#: The letters of a student support number in the order of their values, from 0. I, O and Q are not used.
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
#: Four letters (Z is no more than a check letter), eight digits and a check letter.
FORMAT = "[A-HJ-NPR-Y]{4}[0-9]{8}[A-HJ-NPR-Z]"


def value_of_letter(letter: Expr) -> Expr:
    """The value of a letter of a student support number; 0 where it is none."""
    value = if_(letter == LETTERS[1], 1, 0)
    for place in range(2, len(LETTERS)):
        value = if_(letter == LETTERS[place], place, value)
    return value


def has_right_check_letter(he: Record) -> Expr:
    """Whether the last letter is the one that the other characters lead to.

    Source: HESA student record, Student Support Number. Values of the first twelve characters are multiplied by
    weights from 13 down to 2 and added up; 23 less the remainder of the sum by 23 is the place of the check letter among
    the 23 letters in use.
    """
    ssn = he.SSN.upper
    letters = [value_of_letter(ssn.chars(place)) * (14 - place) for place in range(1, 5)]
    digits = [ssn.digit(place) * (14 - place) for place in range(5, 13)]
    total = reduce(lambda a, b: a + b, [*letters, *digits])
    return ssn.matches(FORMAT) & (value_of_letter(ssn.chars(13)) + 1 + total % 23 == 23)


@rule(
    "SSN_02",
    LearningDeliveryHE,
    summary="A student support number must be four letters, eight digits and the right check letter.",
    message="SSN {SSN} has the wrong form or the wrong check letter: at least one character is mistyped.",
    fix="Copy the student support number from the learner's student finance letter.",
    cases="""
        SSN            | fires | why
        WADM46891352A  | no    | sum 620, remainder 22, so the first letter
        AAAA00000000Z  | no    | sum 0, so the last letter
        AAAA00000033H  | no    | remainder 15, so the eighth letter
        YYYY99999999U  | no    | the greatest values
        wadm46891352a  | no    | small letters count as capitals
        WADM46891352B  | yes   | wrong check letter
        WADM46891353A  | yes   | one digit changed
        WAMD46891352A  | yes   | two letters swapped
        AAAA00000000   | yes   | no check letter
        AAAA000000000Z | yes   | a digit too many
        ZAAA00000000K  | yes   | Z can not be among the first letters
        IAAA00000000Z  | yes   | I is not in use
        AAAA0000000AZ  | yes   | a letter among the digits
        AAAA00000000I  | yes   | I is no check letter
        1234567890123  | yes   | a customer reference number instead
                       | no    | not returned
        " "            | no    | white space is no number
    """,
)
def wrong_check_letter(he):
    return ~is_not_returned(he.SSN) & ~has_right_check_letter(he)


@rule(
    "SSN_03",
    LearningDeliveryHE,
    summary="Without a student support number, both tuition fees should be returned on aims that started on or after "
    "1 August 2021.",
    message="SSN is blank, and so is a tuition fee: NETFEE is {NETFEE}, GROSSFEE is {GROSSFEE}.",
    fix="Record the student support number, or NETFEE and GROSSFEE.",
    cases="""
        LearnStartDate | SSN           | NETFEE | GROSSFEE | fires | why
        2021-08-01     |               |        |          | yes   | first day
        2021-07-31     |               |        |          | no    | the day before
        2025-09-01     |               | 100    |          | yes   | no gross fee
        2025-09-01     |               |        | 100      | yes   | no net fee
        2025-09-01     |               | 0      | 100      | no    | both fees, one of nothing
        2025-09-01     | WADM46891352A |        |          | no    | there is a student support number
    """,
)
def neither_number_nor_both_fees(he):
    no_fee = he.NETFEE.missing | he.GROSSFEE.missing
    return (he.LearnStartDate >= "2021-08-01") & is_not_returned(he.SSN) & no_fee
