"""What rules about higher education ask again and again, and the shape that most of them have."""

from collections.abc import Callable

from openilr.derive.codes import has_fam, is_blank, lars
from openilr.derive.expressions import Expr, Record, any_of
from openilr.spec.names import LearningDeliveryHE
from openilr.validate.rule import Predicate, rule
from openilr.validate.shapes import never

#: Country codes of England, Northern Ireland, Scotland, Wales and the United Kingdom not further specified.
UNITED_KINGDOM = ("XF", "XG", "XH", "XI", "XK")
#: LARS levels of higher education.
LEVEL_4_AND_ABOVE = ("4", "5", "6", "7", "8", "H")


def is_ofs_funded(record: Record) -> Expr:
    """Whether the Office for Students funds the aim: not otherwise funded, source of funding 1."""
    return (record.FundModel == 99) & has_fam(record, "SOF", "1")


def is_ofs_registered(record: Record) -> Expr:
    """Whether the provider is on the register of the Office for Students."""
    return record.any("office_for_students", same={"UKPRN": record.UKPRN})


def ofs_asks_for_no_funding_fields(record: Record) -> Expr:
    """Whether the register says that the provider need not return the fields about funding of higher education."""
    return record.any(
        "office_for_students", lambda p: p.HEFundingFieldsRequired.is_in(False), same={"UKPRN": record.UKPRN}
    )


def is_level_4_or_above(record: Record) -> Expr:
    return lars(record, "NotionalNVQLevelv2").is_in(LEVEL_4_AND_ABOVE)


def highest_fee(record: Record) -> int:
    """The highest tuition fee of the year, in pounds."""
    return int(record.pack.parameters["amounts"]["highest_tuition_fee"])


def code_has_ended(record: Record, field: str, day: Expr) -> Expr:
    """Whether ``day`` is after the last day of the field's code, as far as the list of codes gives one."""
    value, ended = record.field(field), []
    for code in record.pack.code_list(field).codes:
        if code.valid_to is not None:
            ended.append((value == (int(code.code) if value.kind == "int" else code.code)) & (day > code.valid_to))
    return any_of(*ended) if ended else never(record)


def is_not_returned(value: Expr) -> Expr:
    return is_blank(value) if value.kind == "text" else value.missing


def must_be_returned(
    id: str, field: str, name: str, when: str, condition: Callable[[Record], Expr], cases: str,
    *, unless: tuple[Predicate, ...] = (), verb: str = "must",
) -> None:  # fmt: skip
    """A rule that a field of the aim's higher education record is needed. ``when`` continues "... if"."""
    rule(
        id,
        LearningDeliveryHE,
        summary=f"{name} ({field}) {verb} be returned if {when}.",
        message=f"{field} is blank. {name} {verb} be returned if {when}.",
        fix=f"Record {field} on the aim's higher education record, or correct what makes it necessary.",
        unless=unless,
        cases=cases,
    )(lambda he: condition(he) & is_not_returned(he.field(field)))
