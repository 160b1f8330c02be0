"""Which FAM records there may be at all: types and codes of the lists, how often, and from which to which start."""

from collections.abc import Callable
from datetime import date

from openilr.derive.codes import has_fam, is_restart
from openilr.derive.expressions import Expr, Record, any_of
from openilr.spec import Code, CodeList
from openilr.spec.names import LearningDelivery, LearningDeliveryFAM
from openilr.validate.rule import rule


def _codes(fam: Record) -> CodeList:
    return fam.pack.code_list("LearnDelFAMCode")


def _is_one_of(fam: Record, wanted: list[tuple[str, str]]) -> Expr:
    """Whether type and code are one of these pairs."""
    by_type: dict[str, list[str]] = {}
    for type, code in wanted:
        by_type.setdefault(type, []).append(code)
    pairs = ((fam.LearnDelFAMType == type) & fam.LearnDelFAMCode.is_in(codes) for type, codes in by_type.items())
    return any_of(_none_of(fam), *pairs)


def _none_of(fam: Record) -> Expr:
    """False: what a list without codes, or without dates, says of every record."""
    return fam.LearnDelFAMCode.is_in(())


def _without_known_codes(fam: Record) -> list[str]:
    """Types of which our list gives no code at all, so that a code can not be said to be wrong."""
    listed = _codes(fam)
    if listed.complete:
        return []
    with_codes = {code.type for code in listed.codes}
    return [type for type in fam.pack.code_list("LearnDelFAMType").values() if type not in with_codes]


def _list_used(fam: Record) -> Expr:
    return Expr("lit", (_codes(fam).provenance,), "text")


@rule(
    "LearnDelFAMType_04",
    LearningDeliveryFAM,
    summary="Type and code of a FAM record must be a pair from the published list.",
    message="{LearnDelFAMType} {LearnDelFAMCode} is not in the list of FAM types and codes. List used: {list}.",
    why="The codes decide funding and monitoring; one that nobody knows is counted nowhere.",
    fix="Look the code up in the year's ILR specification. If it is there, give OpenILR a list of codes that has it.",
    show={"list": _list_used},
    cases="""
        LearnDelFAMType | LearnDelFAMCode | years | fires | why
        SOF             | 105             |       | no    | adult source of funding
        SOF             | 999             |       | yes   | no such code
        FFI             | 105             |       | yes   | a code of another type
        LDM             | 034             |       | no    | with its nought
        LDM             | 34              |       | yes   | without its nought
        XYZ             | 1               |       | yes   | no such type
        ASL             | 1               | 2526  | no    | safeguarded learning
        ASL             | 1               | 2627  | yes   | safeguarded learning is no more
        SOF             | 130             | 2526  | yes   | an authority of 2026-27
        SOF             | 130             | 2627  | no    | an authority of 2026-27
        AFL             | 1               |       | no    | a type of which no codes are known
    """,
)
def not_in_the_list(fam):
    listed = _is_one_of(fam, [(code.type, code.code) for code in _codes(fam).codes])
    return ~listed & ~fam.LearnDelFAMType.is_in(_without_known_codes(fam))


def _by_day(fam: Record, day: Callable[[Code], date | None], latest: bool) -> dict[date, list[tuple[str, str]]]:
    """Types and codes by the last (first) day of their validity. A code listed more than once has the widest."""
    days: dict[tuple[str, str], list[date | None]] = {}
    for code in _codes(fam).codes:
        days.setdefault((code.type, code.code), []).append(day(code))
    result: dict[date, list[tuple[str, str]]] = {}
    for pair, known in days.items():
        if None not in known:
            widest = max(known) if latest else min(known)  # type: ignore[type-var]
            result.setdefault(widest, []).append(pair)  # type: ignore[arg-type]
    return result


@rule(
    "LearnDelFAMType_06",
    LearningDeliveryFAM,
    summary="An aim must not start after the last day on which its FAM codes may be used.",
    message="{LearnDelFAMType} {LearnDelFAMCode} may not be used on starts as late as {LearnStartDate}.",
    fix="Remove the record, record the code that took its place, or correct LearnStartDate.",
    unless=[is_restart],
    cases="""
        LearnDelFAMType | LearnDelFAMCode | LearnStartDate | FAM  | fires | why
        LDM             | 357             | 2021-07-31     |      | no    | the last day
        LDM             | 357             | 2021-08-01     |      | yes   | the day after
        LDM             | 086             | 2022-08-01     |      | yes   | another code with another last day
        DAM             | 005             | 2021-08-01     |      | yes   | another type
        LDM             | 118             | 2025-09-01     |      | no    | no last day
        SOF             | 357             | 2025-09-01     |      | no    | no such code: LearnDelFAMType_04
        LDM             | 357             | 2021-08-01     | RES1 | no    | restart
    """,
)
def started_after_the_last_day(fam):
    ended = _by_day(fam, lambda code: code.valid_to, latest=True)
    late = (_is_one_of(fam, pairs) & (fam.LearnStartDate > day) for day, pairs in ended.items())
    return any_of(_none_of(fam), *late)


def is_a_covid_code(fam):
    """Monitoring of withdrawals and new starts in the pandemic, on aims from before the codes."""
    return (fam.LearnDelFAMType == "LDM") & fam.LearnDelFAMCode.is_in("368", "369")


@rule(
    "LearnDelFAMType_104",
    LearningDeliveryFAM,
    summary="An aim must not start before the first day on which its monitoring codes (LDM) may be used.",
    message="LDM {LearnDelFAMCode} may not be used on starts as early as {LearnStartDate}.",
    fix="Remove the record, or correct LearnStartDate.",
    unless=[is_a_covid_code],
    cases="""
        LearnDelFAMType | LearnDelFAMCode | LearnStartDate | fires | why
        LDM             | 370             | 2020-07-31     | yes   | the day before
        LDM             | 370             | 2020-08-01     | no    | the first day
        LDM             | 370             | 2020-08-02     | no    | later
        LDM             | 356             | 2017-04-30     | yes   | another code with another first day
        LDM             | 399             | 2010-08-01     | no    | no first day known
        DAM             | 001             | 2018-08-01     | no    | the rule is about LDM
        LDM             | 368             | 2020-03-20     | no    | withdrawals in the pandemic
        LDM             | 369             | 2020-03-20     | no    | new starts in the pandemic
    """,
)
def started_before_the_first_day(fam):
    begun = _by_day(fam, lambda code: code.valid_from if code.type == "LDM" else None, latest=False)
    early = (_is_one_of(fam, pairs) & (fam.LearnStartDate < day) for day, pairs in begun.items())
    return any_of(_none_of(fam), *early)


#: Types of which an aim has one record at most.
SINGLE = ("SOF", "FFI", "EEF", "RES", "ADL", "ACL", "AFL", "ASL", "FLN")


@rule(
    "LearnDelFAMType_18",
    LearningDeliveryFAM,
    summary="An aim has one record at most of the FAM types SOF, FFI, EEF, RES, ADL, ACL, AFL, ASL and FLN.",
    message="The aim has more than one {LearnDelFAMType} record; this one has code {LearnDelFAMCode}.",
    fix="Keep the record that applies.",
    cases="\n".join(
        ["LearnDelFAMType | LearnDelFAMCode | FAM | fires | why"]
        + [f"{type} | 1 | {type}2 | yes | two of them" for type in SINGLE]
        + [f"{type} | 1 | {type}1 | yes | twice the same" for type in SINGLE]
        + [f"{type} | 1 | XYZ1 | no | one of them" for type in SINGLE]
        + [f"{type} | 1 | {type}2 | no | more may stand" for type in ("LDM", "DAM", "ACT", "LSF", "ALB", "HHS", "EVI")]
    ),
)
def more_than_one(fam):
    twin = fam.any(LearningDeliveryFAM, same=["LearnDelFAMType"], other=True)
    return fam.LearnDelFAMType.is_in(SINGLE) & twin


def _devolved_area_records(aim):
    return aim.count(LearningDeliveryFAM, lambda f: f.LearnDelFAMType == "DAM")


@rule(
    "LearnDelFAMType_77",
    LearningDelivery,
    summary="An aim has at most six devolved area codes (DAM).",
    message="The aim has {codes} DAM records; six are the most.",
    fix="Remove the codes that do not apply.",
    show={"codes": _devolved_area_records},
    cases="""
        FAM                                                     | fires | why
        DAM001 DAM002 DAM003 DAM004 DAM008 DAM009               | no    | six
        DAM001 DAM002 DAM003 DAM004 DAM008 DAM009 DAM010        | yes   | seven
        DAM001 DAM002 DAM003 DAM004 DAM008 DAM009 LDM118 SOF110 | no    | six, and other types
    """,
)
def more_than_six_devolved_area_codes(aim):
    return _devolved_area_records(aim) > 6


@rule(
    "LearnDelFAMType_97",
    LearningDelivery,
    summary="A devolved procured budget (DAM 002) does not pay for adult skills aims of national funding (SOF 105).",
    message="DAM 002, a devolved procured budget, is recorded on FundModel {FundModel} with SOF 105.",
    fix="Record the source of funding of the devolved authority, or remove DAM 002.",
    cases="""
        FundModel | FAM           | fires | why
        35        | DAM002 SOF105 | yes   | national funding
        35        | DAM002 SOF110 | no    | a devolved authority
        35        | DAM002        | no    | no source of funding
        38        | DAM002 SOF105 | no    | another funding model
        35        | DAM001 SOF105 | no    | another code
    """,
)
def devolved_budget_on_national_funding(aim):
    return has_fam(aim, "DAM", "002") & (aim.FundModel == 35) & has_fam(aim, "SOF", "105")


@rule(
    "LearnDelFAMType_132",
    LearningDelivery,
    summary="Only Skills Bootcamps have event indicators (EVI).",
    message="An event indicator (EVI) is recorded on ProgType {ProgType}, which is no Skills Bootcamp.",
    fix="Remove the event indicator, or correct ProgType.",
    cases="""
        ProgType | FAM    | fires | why
        25       | EVI4   | yes   | another programme
                 | EVI4   | yes   | no programme
        32       | EVI4   | no    | a bootcamp
        25       | SOF105 | no    | no event
    """,
)
def event_outside_bootcamps(aim):
    return has_fam(aim, "EVI") & (aim.ProgType != 32)


@rule(
    "LearnDelFAMType_133",
    LearningDelivery,
    summary="Event indicators (EVI) belong on the programme aim.",
    message="An event indicator (EVI) is recorded on an aim with AimType {AimType}.",
    fix="Record the event on the programme aim (AimType 1).",
    cases="""
        AimType | FAM    | fires | why
        3       | EVI4   | yes   | a component
        4       | EVI4   | yes   | an aim outside a programme
        1       | EVI4   | no    | the programme aim
        3       | SOF105 | no    | no event
    """,
)
def event_off_the_programme_aim(aim):
    return has_fam(aim, "EVI") & (aim.AimType != 1)
