"""The check digit of an employer reference number, which DD05 and DD14 share."""

from openilr.derive.expressions import Expr, if_


def employer_check_digit(number: Expr) -> Expr:
    """The ninth digit that the number must have, as text; "X" where none can be right or it has not nine digits.

    The first eight digits are weighted 9 down to 2 and summed; the check digit is 11 less the sum modulo 11.
    """
    total = sum((number.digit(i) * (10 - i) for i in range(2, 9)), start=number.digit(1) * 9)
    digit = (total % 11) * -1 + 11
    return if_((digit == 10) | (number.length != 9), "X", if_(digit == 11, "0", digit.as_text()))
