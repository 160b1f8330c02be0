"""Each item of the derived data against cases from its published definition: boundaries, blanks, both years."""

import random

import pytest

from openilr import years
from openilr.derive.dd01 import dd01
from openilr.derive.dd04 import dd04
from openilr.derive.dd05 import dd05
from openilr.derive.dd06 import dd06
from openilr.derive.dd07 import dd07
from openilr.derive.dd12 import dd12
from openilr.derive.dd13 import dd13
from openilr.derive.dd14 import dd14
from openilr.derive.dd17 import dd17
from openilr.derive.dd18 import dd18
from openilr.derive.dd21 import dd21
from openilr.derive.dd27 import dd27
from openilr.derive.dd28 import dd28
from openilr.derive.dd29 import dd29
from openilr.derive.dd31 import dd31
from openilr.derive.dd32 import dd32
from openilr.derive.dd33 import dd33
from openilr.derive.dd34 import dd34
from openilr.derive.dd35 import dd35
from openilr.derive.dd36 import dd36
from openilr.derive.dd37 import dd37
from openilr.derive.dd38 import dd38
from openilr.derive.dd40 import dd40
from openilr.spec.names import LearnerEmploymentStatus, LearningDelivery, LearningDeliveryWorkPlacement
from openilr.validate import cases
from openilr.validate.rule import Rule
from tests.derive.making import Asked, day

YEARS = ("2526", "2627")
ENGLISH_AND_MATHS = [1, 11, 13, 20, 23, 24, 29, 31, 2, 12, 14, 19, 21, 25, 30, 32, 33, 34, 35]


def rows(own: str, lines: list[str]) -> str:
    return "\n".join([f"{own} | fires | why", *lines])


# Yes or no ---------------------------------------------------------------------------------------------------

ON_BENEFIT = """
    {fund}  | 2025-09-01 | {fits}                   | {fam}     | yes | the status that fits
    {other} | 2025-09-01 | {fits}                   | {fam}     | no  | another funding model
            | 2025-09-01 | {fits}                   | {fam}     | no  | no funding model
    {fund}  | 2024-09-01 | {fits}                   | {fam}     | yes | from the start day on
    {fund}  | 2024-08-31 | {fits}                   | {fam}     | no  | the status begins a day later
    {fund}  | 2025-09-01 | {fits}; 10@2025-08-31    | {fam}     | no  | another status took its place
    {fund}  | 2025-09-01 | {fits}; 10@2025-09-02    | {fam}     | yes | another status begins a day after the start
    {fund}  | 2025-09-01 | 10@2023-08-01; {fits}    | {fam}     | yes | an earlier status does not count
    {fund}  | 2025-09-01 |                          | {fam}     | no  | no status
"""


def on_benefit(fits: str, fam: str, more: str) -> str:
    table = ON_BENEFIT.format(fund=35, other=38, fits=fits, fam=fam) + more
    return rows("FundModel | LearnStartDate | Emp | FAM", [line for line in table.splitlines() if line.strip()])


def standard_prices() -> str:
    """Cases of DD17: an aim of 81/25/91 from 2016-09-01, price 9000, cap 2000; each changes something."""
    table = ["FundModel | AimType | ProgType | StdCode | LearnStartDate | OrigLearnStartDate | AFin | Other | "
             "lars_standard_funding | fires | why"]  # fmt: skip

    def case(verdict, why, afin="TNP1=9000@2016-09-01", fund=81, type_=1, prog=25, orig="", other="",
             cap="", dates="EffectiveFrom=2016-08-01"):  # fmt: skip
        aim = f"{fund} | {type_} | {prog} | 91 | 2016-09-01 | {orig} | {afin} | {other}"
        table.append(f"{aim} | {cap} CoreGovContributionCap=2000 {dates} | {verdict} | {why}")

    case("no", "two thirds are the cap", "TNP1=3000@2016-09-01")
    case("yes", "a pound more", "TNP1=3001@2016-09-01")
    case("yes", "both prices", "TNP1=2000@2016-09-01 TNP2=1001@2016-09-01")
    case("yes", "assessment alone", "TNP2=3001@2016-09-01")
    case("no", "the latest counts", "TNP1=9000@2016-09-01 TNP1=3000@2016-10-01")
    case("yes", "the latest counts", "TNP1=9000@2016-10-01 TNP1=3000@2016-09-01")
    case("no", "other records", "TNP3=9000@2016-09-01 PMR1=9000@2016-09-01")
    case("no", "no price", "")
    case("no", "another funding model", fund=36)
    case("no", "another programme type", prog=24)
    case("no", "another standard's cap", cap="StandardCode=92")
    case("no", "the cap begins a day later", dates="EffectiveFrom=2016-09-02")
    case("yes", "last day of the cap", dates="EffectiveFrom=2016-08-01 EffectiveTo=2016-09-01")
    case("no", "the cap ended the day before", dates="EffectiveFrom=2016-08-01 EffectiveTo=2016-08-31")
    old = "EffectiveFrom=2015-08-01 EffectiveTo=2016-07-31"
    case("yes", "the original start counts", orig="2015-09-01", dates=old)
    case("no", "without it the cap is too old", dates=old)
    beside = "AimType=1 ProgType=25 StdCode={} LearnStartDate={}"
    case("yes", "the earliest programme aim counts", other=beside.format(91, "2015-09-01"), dates=old)
    case("no", "another standard's start", other=beside.format(92, "2015-09-01"), dates=old)
    priced = beside + " AFin=TNP1=9000@2016-09-01"
    case("yes", "a component aim of the programme", "", type_=3, other=priced.format(91, "2016-09-01"))
    case("no", "another standard's price", "", type_=3, other=priced.format(92, "2016-09-01"))
    component = priced.format(91, "2016-09-01").replace("AimType=1", "AimType=3")
    case("no", "the price of a component aim", "", type_=1, other=component)
    return "\n".join(table)


LEGAL_TYPES = ["USFC", "USDC", "USAH", "USAD", "UGFE", "UHEO", "ULEA", "ULAD", "USCL", "LAFB", "UFES", "SSPS"]
YES_OR_NO = {
    "DD07": (dd07, "ProgType | fires | why\n25 | yes | standard\n24 | no | traineeship\n2 | no | framework\n"
                   "3 | no | framework\n20 | no | framework\n23 | no | framework\n | no | no programme"),
    "DD12": (dd12, on_benefit("10@2024-09-01 BSI1", "", """
        35 | 2025-09-01 | 12@2024-09-01 BSI2           |               | yes | second benefit, whatever the status
        35 | 2025-09-01 | 11@2024-09-01 BSI3           |               | no  | another benefit
        35 | 2025-09-01 | 11@2024-09-01 BSI4           | LDM318        | yes | mandated
        35 | 2025-09-01 | 11@2024-09-01 BSI4           |               | no  | not mandated
        35 | 2025-09-01 | 11@2024-09-01 BSI4           | LDM034        | no  | another LDM
        35 | 2025-09-01 | 11@2024-09-01 BSI4           | SOF318        | no  | another FAM type
        35 | 2025-09-01 | 11@2024-09-01 BSI3           | LDM318        | no  | mandated on another benefit
        35 | 2025-09-01 | 11@2024-09-01 SEI1           | LDM318        | no  | other monitoring
        35 | 2025-09-01 | 11@2024-09-01 BSI3 BSI1      |               | yes | one of two
    """)),
    "DD21": (dd21, on_benefit("11@2024-09-01 BSI3", "", """
        35 | 2025-09-01 | 12@2024-09-01 BSI3           |               | yes | the other status
        35 | 2025-09-01 | 10@2024-09-01 BSI3           |               | no  | employed
        35 | 2025-09-01 | 98@2024-09-01 BSI3           |               | no  | status not known
        35 | 2025-09-01 | 11@2024-09-01 BSI1           | LDM034        | no  | another benefit
        35 | 2025-09-01 | 11@2024-09-01 BSI4           | LDM034        | yes | credit and another LDM
        35 | 2025-09-01 | 11@2024-09-01 BSI4           | LDM318        | no  | mandated
        35 | 2025-09-01 | 11@2024-09-01 BSI4           | LDM318 LDM034 | yes | there is an LDM that is not 318
        35 | 2025-09-01 | 11@2024-09-01 BSI4           |               | no  | no LDM
        35 | 2025-09-01 | 11@2024-09-01 BSI4           | SOF105        | no  | another FAM type
        35 | 2025-09-01 | 10@2024-09-01 BSI4           | LDM034        | no  | employed
        35 | 2025-09-01 | 11@2024-09-01 SEI3           |               | no  | other monitoring
        35 | 2025-09-01 | 11@2024-09-01 BSI6           |               | no  | that is DD37
    """)),
    "DD37": (dd37, on_benefit("11@2024-09-01 BSI6", "", """
        35 | 2025-09-01 | 12@2024-09-01 BSI6           |               | yes | the other status
        35 | 2025-09-01 | 10@2024-09-01 BSI6           |               | no  | employed
        35 | 2025-09-01 | 11@2024-09-01 BSI3           |               | no  | that is DD21
        35 | 2025-09-01 | 12@2024-09-01 BSI4           | LDM034        | yes | credit and another LDM
        35 | 2025-09-01 | 12@2024-09-01 BSI4           | LDM318        | no  | mandated
        35 | 2025-09-01 | 12@2024-09-01 BSI4           |               | no  | no LDM
    """)),
    "DD28": (dd28, on_benefit("98@2024-09-01 BSI2", "", """
        35 | 2025-09-01 | 10@2024-09-01 BSI1           |               | yes | employed
        35 | 2025-09-01 | 11@2024-09-01 BSI1           |               | yes | looking for work
        35 | 2025-09-01 | 12@2024-09-01 BSI2           |               | yes | not looking for work
        35 | 2025-09-01 | @2024-09-01 BSI1             |               | no  | no status
        35 | 2025-09-01 | 11@2024-09-01 BSI3           |               | yes | unemployed, third benefit
        35 | 2025-09-01 | 12@2024-09-01 BSI4           |               | yes | unemployed, fourth
        35 | 2025-09-01 | 11@2024-09-01 BSI5           |               | no  | unemployed, fifth
        35 | 2025-09-01 | 98@2024-09-01 BSI3           |               | no  | status not known, third
        35 | 2025-09-01 | 10@2024-09-01 BSI3           |               | no  | employed, hours not known
        35 | 2025-09-01 | 10@2024-09-01 BSI3 EII2      |               | yes | few hours
        35 | 2025-09-01 | 10@2024-09-01 BSI4 EII5      |               | yes | few hours
        35 | 2025-09-01 | 10@2024-09-01 BSI4 EII6      |               | yes | few hours
        35 | 2025-09-01 | 10@2024-09-01 BSI4 EII7      |               | no  | more hours
        35 | 2025-09-01 | 10@2024-09-01 BSI5 EII6      |               | no  | fifth benefit
        35 | 2025-09-01 | 10@2024-09-01 EII6           |               | no  | no benefit
        35 | 2025-09-01 | 10@2023-09-01 EII6; 10@2024-09-01 BSI3 | | no | hours on an earlier status
    """)),
    "DD38": (dd38, on_benefit("98@2024-09-01 BSI1", "", """
        35 | 2025-09-01 | 10@2024-09-01 BSI1           |               | yes | employed
        35 | 2025-09-01 | 98@2024-09-01 BSI2           |               | no  | the second is no longer named
        35 | 2025-09-01 | 11@2024-09-01 BSI3           |               | no  | nor is the third
        35 | 2025-09-01 | 11@2024-09-01 BSI4           |               | yes | unemployed
        35 | 2025-09-01 | 12@2024-09-01 BSI5           |               | yes | unemployed
        35 | 2025-09-01 | 11@2024-09-01 BSI6           |               | yes | unemployed
        35 | 2025-09-01 | 98@2024-09-01 BSI4           |               | no  | status not known
        35 | 2025-09-01 | 10@2024-09-01 BSI4           |               | no  | employed, hours not known
        35 | 2025-09-01 | 10@2024-09-01 BSI4 EII2      |               | yes | few hours
        35 | 2025-09-01 | 10@2024-09-01 BSI5 EII5      |               | yes | few hours
        35 | 2025-09-01 | 10@2024-09-01 BSI6 EII6      |               | yes | few hours
        35 | 2025-09-01 | 10@2024-09-01 BSI6 EII7      |               | no  | more hours
        35 | 2025-09-01 | 10@2024-09-01 BSI3 EII2      |               | no  | third benefit
    """)),
    "DD17": (dd17, standard_prices()),
    "DD27": (dd27, rows("organisations", [
        *(f"LegalOrgType={t} | yes | on the list" for t in LEGAL_TYPES),
        "LegalOrgType=PLBG | no | another type",
        "Name=Somewhere | no | no type",
        "UKPRN=10000002 LegalOrgType=UGFE | no | another provider",
        "| no | not in the list of organisations",
    ])),
    "DD29": (dd29, """
        ProgType | lars_category                                          | fires | why
        24       | CategoryRef=2                                          | yes   | work placement
        24       | CategoryRef=4                                          | yes   | preparation
        24       | CategoryRef=3                                          | no    | another category
        24       | CategoryRef=2 EffectiveFrom=2013-08-01 EffectiveTo=2014-07-31 | yes | dates are not asked for
        24       | LearnAimRef=50000009 CategoryRef=2                     | no    | another aim
        24       |                                                        | no    | not in LARS
        25       | CategoryRef=2                                          | no    | another programme type
                 | CategoryRef=2                                          | no    | no programme type
    """),
    "DD32": (dd32, """
        AimType | FundModel | LearnActEndDate | fires | why
        1       | 36        |                 | yes   | open
        1       | 36        | 2025-09-01      | no    | ended
        3       | 36        |                 | no    | a component aim
        1       | 35        |                 | no    | another funding model
        1       |           |                 | no    | no funding model
    """),
    "DD35": (dd35, "FAM | years | fires | why\n" + "\n".join([
        *(f"SOF{c} | | yes | devolved" for c in range(110, 124)),
        *(f"SOF{c} | 2526 | no | not yet devolved" for c in range(124, 131)),
        *(f"SOF{c} | 2627 | yes | devolved from 2026-27 on" for c in range(124, 131)),
        "SOF109 | | no | before the first", "SOF131 | | no | after the last", "SOF105 | | no | national",
        "LDM110 | | no | another FAM type", "SOF105 SOF110 | | yes | one of two", "| | no | no source of funding",
    ])),
}  # fmt: skip
for _id, _dd, _fund in (("DD31", dd31, 35), ("DD40", dd40, 38)):
    YES_OR_NO[_id] = (_dd, rows("FundModel | LearnStartDate | lars_annual_value", [
        *(f"{_fund} | 2025-09-01 | BasicSkillsType={t} EffectiveFrom=2020-08-01 | yes | English or maths"
          for t in ENGLISH_AND_MATHS),
        f"{_fund} | 2025-09-01 | BasicSkillsType=36 EffectiveFrom=2020-08-01 | no | another type",
        f"{_fund} | 2025-09-01 | BasicSkillsType=22 EffectiveFrom=2020-08-01 | no | another type",
        f"{_fund} | 2025-09-01 | EffectiveFrom=2020-08-01 | no | no type",
        f"{_fund} | 2025-09-01 | BasicSkillsType=1 EffectiveFrom=2025-09-01 | yes | first day",
        f"{_fund} | 2025-09-01 | BasicSkillsType=1 EffectiveFrom=2025-09-02 | no | the day before it",
        f"{_fund} | 2025-09-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01 EffectiveTo=2025-09-01 | yes | last day",
        f"{_fund} | 2025-09-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01 EffectiveTo=2025-08-31 | no | over",
        f"{_fund} | 2025-09-01 | LearnAimRef=50000009 BasicSkillsType=1 EffectiveFrom=2020-08-01 | no | another aim",
        f"{_fund} | 2025-09-01 | | no | not in LARS",
        f"{73 - _fund} | 2025-09-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01 | no | another funding model",
        "| 2025-09-01 | BasicSkillsType=1 EffectiveFrom=2020-08-01 | no | no funding model",
    ]))  # fmt: skip


@pytest.mark.parametrize("name", YEARS)
@pytest.mark.parametrize("item", YES_OR_NO)
def test_yes_or_no(item, name):
    condition, table = YES_OR_NO[item]
    if item in ("DD29", "DD31", "DD40"):
        table = _with_learn_aim_ref(table)
    rule = Rule(item, LearningDelivery, condition, "", "", "", cases=table)
    wanted = [c for c in cases.parse(rule) if not c.years or name in c.years]
    wrong = [f"{c.why}: {c.cells}" for c in wanted if cases.fires(c, years.load(name)) != c.fires]
    assert not wrong
    assert {c.fires for c in wanted} == {True, False}


def _with_learn_aim_ref(table: str) -> str:
    """The table with a LearnAimRef of the aim's own, for those that look in LARS tables by it."""
    first, *others = (line for line in table.splitlines() if line.strip())
    return "\n".join([f"LearnAimRef | {first}", *(f"50000001 | {line}" for line in others)])


# Values ------------------------------------------------------------------------------------------------------


def check_digit(digits: str, first: int) -> int:
    return sum(int(d) * (first - i) for i, d in enumerate(digits)) % 11


@pytest.mark.parametrize("name", YEARS)
def test_dd01_check_digit_of_a_uln(name):
    known = {
        9999999999: "Y",
        1234567899: "9",  # 210 leaves 1
        1000000010: "9",  # 12 leaves 1
        1000000043: "3",  # 18 leaves 7
        1000000000: "0",  # 10 leaves 10
        1000000060: "N",  # 22 leaves nothing
        9999999998: "8",  # 486 leaves 2; this is not the temporary number
        100000000: "N",  # nine digits
        10000000000: "N",  # eleven digits
        None: "N",
    }
    assert Asked(*({"ULN": u} for u in known), year=name)("Learner", dd01) == list(known.values())


@pytest.mark.parametrize("name", YEARS)
def test_dd01_weighs_every_digit(name):
    draw = random.Random(1)  # noqa: S311
    ulns = [draw.randint(1000000000, 9999999998) for _ in range(300)]
    remainders = [check_digit(str(u)[:9], 10) for u in ulns]
    assert set(remainders) == set(range(11))
    expected = ["N" if r == 0 else str(10 - r) for r in remainders]
    assert Asked(*({"ULN": u} for u in ulns), year=name)("Learner", dd01) == expected


EMPLOYERS = {
    123456789: "9",  # 156 leaves 2
    100000000: "2",  # 9 leaves 9
    100000010: "0",  # 11 leaves nothing: 11 becomes 0
    100000100: "X",  # 12 leaves 1: 10 can not be
    999999999: "0",  # 396 leaves nothing
    12345678: "X",  # eight digits
    1234567890: "X",  # ten digits
    None: "X",
}


@pytest.mark.parametrize("name", YEARS)
@pytest.mark.parametrize(
    ("item", "entity", "field"),
    [(dd05, LearnerEmploymentStatus, "EmpId"), (dd14, LearningDeliveryWorkPlacement, "WorkPlaceEmpId")],
)
def test_dd05_and_dd14_check_digit_of_an_employer(item, entity, field, name):
    draw = random.Random(2)  # noqa: S311
    numbers = [draw.randint(100000000, 999999999) for _ in range(300)]
    remainders = [check_digit(str(n)[:8], 9) for n in numbers]
    assert set(remainders) == set(range(11))
    expected = [{0: "0", 1: "X"}.get(r, str(11 - r)) for r in remainders]
    records = [{field: n} for n in (*EMPLOYERS, *numbers)]
    held = {entity: records}
    learner = held if entity == LearnerEmploymentStatus else {LearningDelivery: [held]}
    assert Asked(learner, year=name)(entity, item) == [*EMPLOYERS.values(), *expected]


def aim(type_=1, prog=25, std=91, start=None, end=None, achieved=None, fund=36):
    values = {"AimType": type_, "ProgType": prog, "StdCode": std, "FundModel": fund}
    dates = {"LearnStartDate": start, "LearnActEndDate": end, "AchDate": achieved}
    return {f: v for f, v in values.items() if v is not None} | {f: day(v) for f, v in dates.items() if v}


def days(*texts):
    return [day(t) if t else None for t in texts]


def asked(name, item, *learners):
    return Asked(*({LearningDelivery: list(aims)} for aims in learners), year=name)(LearningDelivery, item)


@pytest.mark.parametrize("name", YEARS)
class TestDates:
    def test_dd04_start_of_the_programme(self, name):
        one = [
            aim(start="2025-09-01"),
            aim(3, start="2024-01-01"),  # a component aim's own start does not count
            aim(start="2024-08-01", std=92),  # the standard is not asked for
            aim(4, prog=None, std=None, start="2020-01-01"),  # no programme
            aim(3, prog=24, std=None, start="2020-01-01"),  # no programme aim of this type
        ]
        other = [aim(3, start="2026-01-01"), aim(prog=None, std=None, start="2026-01-01")]  # another learner
        assert asked(name, dd04, one, other) == days("2024-08-01", "2024-08-01", "2024-08-01", "", "", "", "")

    def test_dd06_earliest_start(self, name):
        one, other = [aim(start="2025-09-01"), aim(3, start="2024-01-01")], [aim(start="2026-01-01"), aim()]
        assert asked(name, dd06, one, other) == days("2024-01-01", "2024-01-01", "2026-01-01", "2026-01-01")

    def test_dd06_without_a_start(self, name):
        assert asked(name, dd06, [aim()]) == [None]

    def test_dd13_end_of_the_framework_programme(self, name):
        one = [
            aim(prog=2, std=None, end="2025-09-01"),
            aim(prog=2, std=None, end="2025-10-01"),
            aim(3, prog=2, std=None, end="2026-01-01"),  # a component aim's end does not count
            aim(prog=3, std=None),  # open
            aim(prog=25, end="2026-01-01"),  # a standard
            aim(4, prog=None, std=None, end="2026-01-01"),
        ]
        assert asked(name, dd13, one) == days("2025-10-01", "2025-10-01", "2025-10-01", "", "", "")

    @pytest.mark.parametrize("prog", [2, 3, 20, 21, 22, 23])
    def test_dd13_knows_the_frameworks(self, name, prog):
        assert asked(name, dd13, [aim(prog=prog, end="2025-09-01")]) == days("2025-09-01")

    def test_dd18_start_of_the_standard(self, name):
        one = [
            aim(start="2025-09-01"),
            aim(start="2024-09-01"),
            aim(3, start="2023-09-01"),  # a component aim's own start does not count
            aim(start="2022-09-01", std=92),  # another standard
            aim(3, start="2022-09-01", std=93),  # no programme aim of this standard
            aim(prog=24, start="2022-09-01"),  # no apprenticeship
        ]
        other = [aim(start="2021-09-01")]
        expected = days("2024-09-01", "2024-09-01", "2024-09-01", "2022-09-01", "", "", "2021-09-01")
        assert asked(name, dd18, one, other) == expected

    def test_dd33_and_dd34_open_and_ended_programmes(self, name):
        one = [
            aim(start="2025-09-01"),
            aim(start="2025-09-01", end="2026-01-01"),
            aim(3, start="2025-09-01"),
            aim(3, start="2025-09-01", end="2026-01-01"),
            aim(start="2025-09-01", fund=35),
            aim(start="2025-09-01", end="2026-01-01", fund=35),
            aim(start="2025-09-01", fund=None),
        ]
        assert asked(name, dd33, one) == days("2025-09-01", "", "", "", "", "", "")
        assert asked(name, dd34, one) == days("", "2026-01-01", "", "", "", "", "")

    @pytest.mark.parametrize(
        ("type_", "prog", "end", "achieved", "expected"),
        [
            (1, 25, "2025-09-01", "2025-10-01", "2025-10-01"),  # a standard ends with its achievement
            (1, 25, "2025-09-01", "", "2025-09-01"),
            (1, 25, "", "2025-10-01", "2025-10-01"),
            (1, 25, "", "", "2099-12-31"),
            (1, 24, "2025-09-01", "2025-10-01", "2025-09-01"),  # others with the end of learning
            (1, 24, "", "2025-10-01", "2099-12-31"),
            (1, 24, "", "", "2099-12-31"),
            (1, 32, "2025-09-01", "2025-10-01", "2025-09-01"),  # the first line that fits holds for bootcamps, too
            (1, 32, "", "2025-10-01", "2025-10-01"),
            (1, 32, "2025-09-01", "", "2025-09-01"),
            (1, 32, "", "", "2099-12-31"),
            (1, None, "2025-09-01", "", "2025-09-01"),  # a blank is not 25
            (1, None, "", "2025-10-01", "2099-12-31"),
            (3, 25, "2025-09-01", "2025-10-01", ""),
            (None, 25, "2025-09-01", "2025-10-01", ""),
        ],
    )
    def test_dd36_effective_end(self, name, type_, prog, end, achieved, expected):
        assert asked(name, dd36, [aim(type_, prog, end=end, achieved=achieved)]) == days(expected)
