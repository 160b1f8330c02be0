"""The National Pupil Database: key stage 4, the School Census, and aims of sixth forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openilr.synth import geography
from openilr.synth.linked.identities import Names, Rates, identity, without
from openilr.synth.linked.lives import Lives, leaving_school
from openilr.synth.linked.people import Batch, Span

if TYPE_CHECKING:
    from numpy.random import Generator

#: The first summers in which Attainment 8 exists, and from which the census of here is kept.
_ATTAINMENT_8, _CENSUS = 2016, 2013
#: People who went to a state school in England.
_COVERAGE = 0.93
_ETHNIC = {31: "WHIT", 35: "MIXD", 39: "ASIA", 44: "BLAC"}
_SUBJECTS = ("ENGLANG", "MATHS", "SCIENCE", "HISTORY", "FRENCH")
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"

Rows = dict[str, Any]


def tables(
    random: Generator, batch: Batch, span: Span, lives: Lives, rates: Rates, known: Names, keys: Any
) -> dict[str, Rows]:
    """Columns of npd_ks4, npd_ks4_exam, npd_census and plams. ``keys`` are pupil matching references."""
    import numpy as np

    who = batch.who
    leaves = leaving_school(who["born"])
    covered = random.random(batch.size) < _COVERAGE
    child = identity(random, batch, rates, known, None)
    facts = _facts(random, batch, lives)
    upn = np.array([upn_of(int(person)) for person in who["person"]], dtype=object)
    found: dict[str, Rows] = {}
    pupils = np.flatnonzero(covered & (leaves >= _ATTAINMENT_8) & (leaves <= span.until.year))
    year = _years(leaves[pupils])
    found["npd_ks4"] = {
        "KS4_PupilMatchingRefAnonymous": keys[pupils], "KS4_ACADYR": year, "KS4_UPN": upn[pupils],
        "KS4_SURNAME": child["family_name"][pupils], "KS4_FORENAMES": child["given_names"][pupils],
        "KS4_DOB": child["date_of_birth"][pupils], "KS4_GENDER": child["sex"][pupils],
        "KS4_POSTCODE": child["postcode"][pupils], "KS4_ToE_CODE": np.full(len(pupils), 34),
        "KS4_NORFLAGE": np.zeros(len(pupils), dtype=int),
        **_born(who["born"][pupils], "KS4_YEAROFBIRTH", "KS4_MONTHOFBIRTH"),
        **{name: values[pupils] for name, values in facts.items() if name.startswith("KS4_")},
    }  # fmt: skip
    exams = np.repeat(pupils, len(_SUBJECTS))
    subject = np.tile(np.arange(len(_SUBJECTS)), len(pupils))
    grade = np.clip(np.round(facts["KS4_ATT8"][exams] / 10 + random.normal(0, 1, len(exams))), 0, 9).astype(int)
    found["npd_ks4_exam"] = {
        "KS4_PupilMatchingRefAnonymous": keys[exams], "KS4_ACADYR": np.repeat(year, len(_SUBJECTS)),
        "KS4_EXAMYEAR": leaves[exams], "KS4_QAN": np.array(["60100001", "60100002", "60100003", "60100004", "60100005"],
                                                           dtype=object)[subject],
        "KS4_SUBLEVNO": np.full(len(exams), "310", dtype=object),
        "KS4_MAPPING": np.array(_SUBJECTS, dtype=object)[subject],
        "KS4_GRADE": np.where(grade == 0, "U", grade.astype(str)),
    }  # fmt: skip
    found["npd_census"] = _census(random, batch, span, lives, rates, child, facts, covered, leaves, upn, keys)
    found["plams"] = _plams(random, lives, covered, leaves, keys)
    return found


def _facts(random: Generator, batch: Batch, lives: Lives) -> Rows:
    """What schools record, from prior attainment and home."""
    import numpy as np

    who, size = batch.who, batch.size
    quintile = np.array([geography.quintile(int(home)) for home in who["first_home"]])
    att8 = np.clip(np.round(46 + 16 * lives.z, 2), 0, 90)
    fsm6 = random.random(size) < 0.45 - 0.08 * quintile
    fsm = fsm6 & (random.random(size) < 0.7)
    school = who["first_home"] // (geography.AREAS * geography.UNITS) * 10 + random.integers(0, 10, size)
    return {
        "KS4_ATT8": att8,
        "KS4_P8SCORE": np.clip(np.round(lives.z * 0.6 + random.normal(0, 0.5, size), 2), -9, 9),
        "KS4_L2BASICS_94": (att8 + random.normal(0, 5, size) > 42).astype(int),
        "KS4_L2BASICS_95": (att8 + random.normal(0, 5, size) > 52).astype(int),
        "KS4_EBACC_94": (att8 + random.normal(0, 8, size) > 60).astype(int),
        "KS4_FSM": fsm.astype(int), "KS4_FSM6": fsm6.astype(int),
        "KS4_SENF": np.where(who["lldd"], np.where(random.random(size) < 0.2, "E", "K"), "N"),
        "KS4_SEN_ALL": who["lldd"].astype(int),
        "KS4_ETHNIC": who["ethnicity"].astype(str),
        "KS4_IDACI": np.round(0.45 - 0.08 * quintile + random.random(size) * 0.08, 3),
        "KS4_URN_anon": (school + 100_000).astype(str),
        "KS4_LAESTAB_anon": (school + 8_000_000).astype(str),
    }  # fmt: skip


def _census(
    random: Generator, batch: Batch, span: Span, lives: Lives, rates: Rates, child: Rows, facts: Rows, covered: Any,
    leaves: Any, upn: Any, keys: Any,
) -> Rows:  # fmt: skip
    """The spring census of year 11, and of years 12 and 13 for a sixth form."""
    import numpy as np

    in_sixth = lives.sixth < 10**6
    parts = [np.flatnonzero(covered & (leaves >= _CENSUS) & (leaves <= span.until.year))]
    parts += [np.flatnonzero(covered & in_sixth & (leaves + more >= _CENSUS)) for more in (1, 2)]
    pupil = np.concatenate(parts)
    more = np.repeat([0, 1, 2], [len(part) for part in parts])
    ends = leaves[pupil] + more
    group = np.array([_group(int(code)) for code in batch.who["ethnicity"]], dtype=object)
    uln = without(random, batch.who["uln"], rates.missing_uln / 5)
    return {
        "PupilMatchingRefAnonymous": keys[pupil], "AcademicYear": _years(ends),
        "CensusTerm": np.full(len(pupil), "Spr", dtype=object), "CensusDate": _day(ends, "-01-18"),
        "UPN": upn[pupil], "ULN": uln[pupil], "Surname": child["family_name"][pupil],
        "Forename": child["given_names"][pupil], "DOB": child["date_of_birth"][pupil], "Gender": child["sex"][pupil],
        "Postcode": child["postcode"][pupil], **_born(batch.who["born"][pupil], "YearOfBirth", "MonthOfBirth"),
        "AgeAtStartOfAcademicYear": 15 + more, "EthnicGroupMajor": group[pupil],
        "FSMeligible": facts["KS4_FSM"][pupil], "EVERFSM_6_P": facts["KS4_FSM6"][pupil],
        "LanguageGroupMajor": np.full(len(pupil), "1_ENG", dtype=object),
        "SENprovision": facts["KS4_SENF"][pupil], "EntryDate": _day(ends - np.where(more > 0, more, 5), "-09-03"),
        "LeavingDate": np.where((more == 0) & in_sixth[pupil] | (more == 1), None, _day(ends, "-07-18")),
        "EnrolStatus": np.full(len(pupil), "C", dtype=object), "OnRoll": np.ones(len(pupil), dtype=int),
        "NCyearActual": (11 + more).astype(str), "URN_anon": facts["KS4_URN_anon"][pupil],
        "LAEstab_anon": facts["KS4_LAESTAB_anon"][pupil],
        "LSOA11": np.array([geography.small_area(int(home)) for home in batch.who["first_home"][pupil]], dtype=object),
    }  # fmt: skip


def _plams(random: Generator, lives: Lives, covered: Any, leaves: Any, keys: Any) -> Rows:
    """Three aims at level 3 over two years, most of them passed."""
    import numpy as np

    pupil = np.repeat(np.flatnonzero(covered & (lives.sixth < 10**6) & (leaves + 2 >= _CENSUS)), 3)
    starts, aim = leaves[pupil], np.tile([0, 1, 2], len(pupil) // 3)
    passed = random.random(len(pupil)) < 0.94
    return {
        "pl_PupilMatchingRefAnonymous": keys[pupil], "pl_ACADYR": _years(starts + 2),
        "pl_RecordSource": np.full(len(pupil), "SC_AU", dtype=object), "pl_OnRoll": np.ones(len(pupil), dtype=int),
        "pl_NCYear": np.full(len(pupil), 13),
        "pl_QN": np.array(["60200001", "60200002", "60200003"], dtype=object)[aim],
        "pl_SCC": np.array(["2210", "4010", "1010"], dtype=object)[aim], "pl_Qual_Lev_Ref": np.full(len(pupil), 3),
        "pl_LearningStartDate": _day(starts, "-09-05"), "pl_LearningPlannedEndDate": _day(starts + 2, "-06-20"),
        "pl_LearningActualEndDate": _day(starts + 2, "-06-20"),
        "pl_LearningAimStatus": np.full(len(pupil), "2", dtype=object), "pl_CoreAim": (aim == 0).astype(int),
        "pl_ProgType": np.ones(len(pupil), dtype=int), "pl_GradePassFail": np.where(passed, "P", "F"),
        "pl_Grade_ATT": np.where(passed, "C", "U"),
    }  # fmt: skip


def _years(ends: Any) -> Any:
    """Academic years as 2023/2024, by the calendar year in which they end."""
    import numpy as np

    return np.array([f"{end - 1}/{end}" for end in ends], dtype=object)


def _day(years: Any, rest: str) -> Any:
    import numpy as np

    return np.array([f"{year}{rest}" for year in years], dtype=object)


def _born(born: Any, year: str, month: str) -> Rows:
    return {
        year: born.astype("datetime64[Y]").astype(int) + 1970,
        month: born.astype("datetime64[M]").astype(int) % 12 + 1,
    }


def _group(ethnicity: int) -> str:
    known = [code for code in _ETHNIC if code <= ethnicity]
    return _ETHNIC[max(known)] if ethnicity < 47 else "AOEG" if ethnicity == 47 or ethnicity == 98 else "UNCL"


def upn_of(person: int) -> str:
    """A unique pupil number: a check letter, and twelve digits that begin with 999, an authority that is not one."""
    digits = f"999{person * 7919 % 10**9:09d}"
    return _UPN_LETTERS[sum(weight * int(digit) for weight, digit in enumerate(digits, start=2)) % 23] + digits
