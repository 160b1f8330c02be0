"""DD01: the check digit of a unique learner number.

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record, if_


def dd01(learner: Record) -> Expr:
    """ "Y" for the temporary number 9999999999; else the digit that the tenth must be; "N" where no tenth can be right.

    The first nine digits are weighted 10 down to 2 and summed; the check digit is 10 less the sum modulo 11.
    """
    uln = learner.ULN
    weighted = sum(((uln // 10 ** (9 - i)) % 10 * (10 - i) for i in range(1, 9)), start=(uln // 10**9) % 10 * 10)
    remainder = weighted % 11
    digit = (remainder * -1 + 10).as_text()
    return if_(uln == 9999999999, "Y", if_((remainder == 0) | (uln.length != 10), "N", digit))
