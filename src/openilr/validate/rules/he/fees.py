"""GROSSFEE and NETFEE: tuition fees before and after waivers, in pounds."""

from openilr.derive.expressions import Expr, Record, text
from openilr.spec.names import LearningDeliveryHE
from openilr.validate.rule import rule
from openilr.validate.rules.he.questions import highest_fee, is_not_returned, must_be_returned

must_be_returned("GROSSFEE_01", "GROSSFEE", "The gross tuition fee", "the net tuition fee is",
                 lambda he: he.NETFEE.known, """
    NETFEE | GROSSFEE | fires | why
    100    |          | yes   | net fee alone
    0      |          | yes   | a net fee of nothing was returned too
    100    | 100      | no    | both returned
           |          | no    | neither returned
           | 100      | no    | gross fee alone
""")  # fmt: skip


@rule(
    "GROSSFEE_02",
    LearningDeliveryHE,
    summary="The gross tuition fee must not be less than the net tuition fee.",
    message="GROSSFEE is {GROSSFEE}, less than NETFEE, {NETFEE}.",
    fix="Check both fees: the net fee is what is left of the gross fee after waivers and discounts.",
    cases="""
        GROSSFEE | NETFEE | fires | why
        99       | 100    | yes   | a pound less
        100      | 100    | no    | equal
        101      | 100    | no    | more
                 | 100    | no    | no gross fee: GROSSFEE_01
        100      |        | no    | no net fee
    """,
)
def gross_fee_below_net_fee(he):
    return he.GROSSFEE < he.NETFEE


def _at_most_the_highest(id: str, field: str, name: str) -> None:
    rule(
        id,
        LearningDeliveryHE,
        summary=f"The {name} tuition fee should not be more than the year's highest fee.",
        message=f"{field} is {{{field}}} pounds, more than {{highest}}.",
        fix=f"Check {field}: it is the fee of one year, in whole pounds.",
        show={"highest": _highest},
        cases=f"""
            {field} | fires | why
            9535    | no    | the highest fee
            9536    | yes   | a pound more
                    | no    | not returned
        """,
    )(lambda he: he.field(field) > highest_fee(he))


def _highest(he: Record) -> Expr:
    return text(str(highest_fee(he)))


_at_most_the_highest("GROSSFEE_03", "GROSSFEE", "gross")
_at_most_the_highest("NETFEE_02", "NETFEE", "net")

must_be_returned("NETFEE_01", "NETFEE", "The net tuition fee",
                 "the aim started on or after 1 August 2012 and there is no student support number",
                 lambda he: (he.LearnStartDate >= "2012-08-01") & is_not_returned(he.SSN), """
    LearnStartDate | SSN           | NETFEE | fires | why
    2012-08-01     |               |        | yes   | first day
    2012-07-31     |               |        | no    | the day before
    2025-09-01     |               | 0      | no    | a fee of nothing is returned
    2025-09-01     | WADM46891352A |        | no    | there is a student support number
""")  # fmt: skip
