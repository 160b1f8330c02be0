"""The language of rules: what a blank does, and what questions about other records answer."""

from __future__ import annotations

from typing import ClassVar

import pytest

from openilr.derive.expressions import all_of, any_of, if_, largest, smallest
from tests.derive.making import Asked, day

AIM = "LearningDelivery"
FAM = "LearningDeliveryFAM"
STATUS = "LearnerEmploymentStatus"


def aims(*records):
    return {AIM: list(records)}


def fam(type_, code=None, start=None, end=None):
    values = {"LearnDelFAMType": type_, "LearnDelFAMCode": code}
    values |= {"LearnDelFAMDateFrom": day(start)} if start else {}
    return values | ({"LearnDelFAMDateTo": day(end)} if end else {})


class TestBlanks:
    """Two answers only: a comparison with a blank is False, and != is its opposite."""

    three = Asked(aims({"ProgType": 25, "LearnStartDate": day("2025-08-01")}, {"ProgType": 24}, {}))

    @pytest.mark.parametrize(
        ("question", "answers"),
        [
            (lambda a: a.ProgType == 25, [True, False, False]),
            (lambda a: a.ProgType != 25, [False, True, True]),
            (lambda a: ~(a.ProgType == 25), [False, True, True]),
            (lambda a: a.ProgType > 20, [True, True, False]),
            (lambda a: ~(a.ProgType > 24), [False, True, True]),
            (lambda a: a.ProgType.is_in(25), [True, False, False]),
            (lambda a: a.ProgType.is_in(24, 25), [True, True, False]),
            (lambda a: a.ProgType.is_in([24], (25,)), [True, True, False]),
            (lambda a: a.ProgType.between(24, 25), [True, True, False]),
            (lambda a: a.ProgType.known, [True, True, False]),
            (lambda a: a.ProgType.missing, [False, False, True]),
            (lambda a: a.StdCode == a.FundModel, [False, False, False]),
            (lambda a: a.StdCode != a.FundModel, [True, True, True]),
            (lambda a: a.LearnStartDate >= "2025-08-01", [True, False, False]),
            (lambda a: a.LearnStartDate + 1 > "2025-08-01", [True, False, False]),
            (lambda a: a.ProgType.or_(99), [25, 24, 99]),
            (lambda a: a.ProgType.only_if(a.LearnStartDate.known), [25, None, None]),
            (lambda a: if_(a.ProgType == 25, 1, 0), [1, 0, 0]),
            (lambda a: a.DelLocPostCode.matches("A.*"), [False, False, False]),
            (lambda a: a.DelLocPostCode.starts_with("A"), [False, False, False]),
        ],
    )
    def test_answers(self, question, answers):
        assert self.three(AIM, question) == answers

    def test_and_or_and_the_two_longer_forms(self):
        both = self.three(AIM, lambda a: all_of(a.ProgType.known, a.ProgType > 20, a.ProgType < 25))
        assert both == [False, True, False]
        assert self.three(AIM, lambda a: any_of(a.ProgType == 25, a.ProgType.missing)) == [True, False, True]

    def test_smallest_and_largest_look_at_what_is_known(self):
        pair = Asked(aims({"ProgType": 3, "FundModel": 5}, {"FundModel": 5}, {}))
        assert pair(AIM, lambda a: smallest(a.ProgType, a.FundModel)) == [3, 5, None]
        assert pair(AIM, lambda a: largest(a.ProgType, a.FundModel)) == [5, 5, None]


class TestDatesAndText:
    def test_years_months_and_days(self):
        one = Asked({"DateOfBirth": day("2004-02-29"), AIM: [{"LearnStartDate": day("2025-02-28")}]})
        assert one(AIM, lambda a: a.DateOfBirth.years_until(a.LearnStartDate)) == [20]
        assert one(AIM, lambda a: a.DateOfBirth.years_until("2025-03-01")) == [21]
        assert one(AIM, lambda a: a.DateOfBirth.plus_years(1)) == [day("2005-02-28")]
        assert one(AIM, lambda a: a.LearnStartDate - a.DateOfBirth) == [(day("2025-02-28") - day("2004-02-29")).days]
        assert one(AIM, lambda a: a.LearnStartDate.month * 100 + a.LearnStartDate.year) == [200 + 2025]
        assert Asked(aims({"LearnStartDate": day("2025-08-31")}))(AIM, lambda a: a.LearnStartDate.plus_months(6)) == [
            day("2026-02-28")
        ]

    def test_characters(self):
        one = Asked({"ULN": 1234567890, "NINumber": "ab123456c"})
        assert one("Learner", lambda r: r.ULN.digit(10)) == [0]
        assert one("Learner", lambda r: r.ULN.length) == [10]
        assert one("Learner", lambda r: r.NINumber.chars(1, 2).upper) == ["AB"]
        assert one("Learner", lambda r: r.NINumber.matches("[a-z]{2}")) == [False], "the whole text, not a part of it"


class TestRecordsBelow:
    """Aims with FAM records: [SOF 105, LDM 034], [SOF 107], none."""

    several = Asked(
        aims({FAM: [fam("SOF", "105"), fam("LDM", "034")]}, {FAM: [fam("SOF", "107")]}),
        aims({}),
    )

    def test_any_and_none(self):
        assert self.several(AIM, lambda a: a.any(FAM)) == [True, True, False]
        assert self.several(AIM, lambda a: a.none(FAM, lambda f: f.LearnDelFAMType == "LDM")) == [False, True, True]
        coded = self.several(
            AIM, lambda a: a.any(FAM, lambda f: (f.LearnDelFAMType == "SOF") & f.LearnDelFAMCode.is_in("107", "110"))
        )
        assert coded == [False, True, False]

    def test_type_and_code_are_of_one_record(self):
        asked = self.several(
            AIM, lambda a: a.any(FAM, lambda f: (f.LearnDelFAMType == "LDM") & (f.LearnDelFAMCode == "105"))
        )
        assert asked == [False, False, False]

    def test_count_and_distinct(self):
        assert self.several(AIM, lambda a: a.count(FAM)) == [2, 1, 0]
        assert self.several("Learner", lambda p: p.count(FAM)) == [3, 0]
        assert self.several("Learner", lambda p: p.distinct(FAM, lambda f: f.LearnDelFAMType)) == [2, 0]

    def test_a_condition_of_the_asking_record_counts_too(self):
        asked = self.several(AIM, lambda a: a.any(FAM, lambda f: (f.LearnDelFAMType == "SOF") & (a.AimType == 1)))
        assert asked == [False, False, False]

    def test_a_fact_of_the_learner_is_brought_down(self):
        asked = self.several(FAM, lambda f: f.up("Learner").count(AIM))
        assert asked == [2, 2, 2]


class TestAmounts:
    prices = Asked(
        aims(
            {
                "AppFinRecord": [
                    {"AFinType": "TNP", "AFinCode": 1, "AFinAmount": 500, "AFinDate": day("2025-09-01")},
                    {"AFinType": "TNP", "AFinCode": 1, "AFinAmount": 700, "AFinDate": day("2025-10-01")},
                    {"AFinType": "TNP", "AFinCode": 1, "AFinAmount": 600, "AFinDate": day("2025-10-01")},
                    {"AFinType": "PMR", "AFinCode": 1, "AFinAmount": 40},
                ]
            },
            {},
        )
    )

    @pytest.mark.parametrize(
        ("question", "answers"),
        [
            (lambda a: a.total("AppFinRecord", lambda r: r.AFinAmount), [1840, 0]),
            (lambda a: a.total("AppFinRecord", lambda r: r.AFinAmount, lambda r: r.AFinType == "PMR"), [40, 0]),
            (lambda a: a.first("AppFinRecord", lambda r: r.AFinDate), [day("2025-09-01"), None]),
            (lambda a: a.last("AppFinRecord", lambda r: r.AFinAmount), [700, None]),
            (lambda a: a.latest("AppFinRecord", lambda r: r.AFinAmount, lambda r: r.AFinDate), [600, None]),
            (lambda a: a.earliest("AppFinRecord", lambda r: r.AFinAmount, lambda r: r.AFinDate), [500, None]),
        ],
    )
    def test_answers(self, question, answers):
        assert self.prices(AIM, question) == answers

    def test_latest_skips_records_without_a_date_and_may_find_a_blank_value(self):
        undated = Asked(aims({"AppFinRecord": [{"AFinAmount": 1, "AFinDate": day("2025-01-01")}, {"AFinAmount": 2}]}))
        assert undated(AIM, lambda a: a.latest("AppFinRecord", lambda r: r.AFinAmount, lambda r: r.AFinDate)) == [1]
        blank = Asked(
            aims({"AppFinRecord": [{"AFinAmount": 1, "AFinDate": day("2025-01-01")}, {"AFinDate": day("2025-02-01")}]})
        )
        assert blank(AIM, lambda a: a.latest("AppFinRecord", lambda r: r.AFinAmount, lambda r: r.AFinDate)) == [None]


class TestRecordsBeside:
    pair = Asked(
        aims(
            {"AimType": 1, "ProgType": 25, "StdCode": 7, "LearnStartDate": day("2025-08-01")},
            {"AimType": 3, "ProgType": 25, "StdCode": 7, "LearnStartDate": day("2025-09-01")},
            {"AimType": 3, "ProgType": 25, "LearnStartDate": day("2025-09-02")},
        ),
        aims({"AimType": 1, "ProgType": 25, "LearnStartDate": day("2025-08-01")}),
    )

    def test_beside_means_the_same_learner(self):
        assert self.pair(AIM, lambda a: a.count(AIM)) == [3, 3, 3, 1]
        assert self.pair(AIM, lambda a: a.any(AIM, lambda o: o.AimType == 3)) == [True, True, True, False]

    def test_same_wants_equal_values_and_blank_equals_blank(self):
        asked = self.pair(AIM, lambda a: a.any(AIM, lambda o: o.AimType == 1, same=["ProgType", "StdCode"]))
        assert asked == [True, True, False, True]
        assert self.pair(AIM, lambda a: a.count(AIM, same=["StdCode"])) == [2, 2, 1, 1]

    def test_other_leaves_the_record_itself_out(self):
        assert self.pair(AIM, lambda a: a.any(AIM, lambda o: o.AimType == 1, other=True)) == [False, True, True, False]
        assert self.pair(AIM, lambda a: a.count(AIM, same=["ProgType"], other=True)) == [2, 2, 2, 0]

    def test_both_records_in_one_condition(self):
        asked = self.pair(AIM, lambda a: a.any(AIM, lambda o: o.LearnStartDate < a.LearnStartDate))
        assert asked == [False, True, True, False]

    def test_the_record_before_this_one_by_date(self):
        before = self.pair(
            AIM,
            lambda a: a.latest(
                AIM,
                lambda o: o.AimType,
                lambda o: o.LearnStartDate,
                lambda o: o.LearnStartDate < a.LearnStartDate,
                other=True,
            ),
        )
        assert before == [None, 1, 3, None]

    def test_rows_tell_which_record_comes_first_in_the_file(self):
        assert self.pair(AIM, lambda a: a.count(AIM, lambda o: o.row < a.row)) == [0, 1, 2, 0]

    def test_within_message_compares_learners(self):
        asked = Asked({"ULN": 1}, {"ULN": 2}, {"ULN": 1})
        assert asked("Learner", lambda p: p.count("Learner", same=["ULN"])) == [2, 1, 2]
        assert asked("Learner", lambda p: p.any("Learner", same=["ULN"], other=True)) == [True, False, True]

    def test_cousins_meet_below_the_learner(self):
        acts = Asked(aims({FAM: [fam("ACT", "1")]}, {FAM: [fam("ACT", "2"), fam("SOF", "105")]}))
        asked = acts(
            FAM,
            lambda f: f.any(
                FAM, lambda o: o.LearnDelFAMCode != f.LearnDelFAMCode, same=["LearnDelFAMType"], within="Learner"
            ),
        )
        assert asked == [True, True, False]
        assert acts(FAM, lambda f: f.count(FAM)) == [1, 2, 2], "without within, records of the same aim"


class TestNestedQuestions:
    statuses = Asked(
        {
            STATUS: [
                {
                    "EmpStat": 10,
                    "DateEmpStatApp": day("2025-08-01"),
                    "EmploymentStatusMonitoring": [{"ESMType": "BSI", "ESMCode": 4}],
                },
                {"EmpStat": 11, "DateEmpStatApp": day("2025-10-01")},
            ],
            AIM: [{"LearnStartDate": day("2025-09-01")}, {"LearnStartDate": day("2025-10-01")}],
        }
    )

    def test_a_record_below_the_other_record(self):
        asked = self.statuses(
            AIM, lambda a: a.any(STATUS, lambda e: e.any("EmploymentStatusMonitoring", lambda m: m.ESMType == "BSI"))
        )
        assert asked == [True, True]

    def test_the_status_that_applies_on_a_day(self):
        def applies(aim):
            since = aim.last(STATUS, lambda e: e.DateEmpStatApp, lambda e: e.DateEmpStatApp <= aim.LearnStartDate)
            return aim.any(STATUS, lambda e: (e.DateEmpStatApp == since) & (e.EmpStat == 10))

        assert self.statuses(AIM, applies) == [True, False]

    def test_a_question_inside_looks_at_its_own_two_records_only(self):
        def three(aim):
            return aim.any(
                STATUS, lambda e: e.any("EmploymentStatusMonitoring", lambda m: m.DateEmpStatApp > aim.LearnStartDate)
            )

        with pytest.raises(ValueError, match="its own two records only"):
            self.statuses(AIM, three)

    def test_equal_questions_are_answered_once(self):
        asked = Asked(aims({"AimType": 1}))
        for _ in range(2):
            asked(AIM, lambda a: a.any(AIM, lambda o: o.AimType == 1, other=True))
        assert len(asked.compiler.questions) == 1


class TestSets:
    learners = Asked(
        {
            AIM: [
                {FAM: [fam("LDM", "034"), fam("LDM", "318")]},
                {FAM: [fam("LDM", "318"), fam("LDM", "318")]},
                {FAM: [fam("LDM")]},
                {},
            ]
        }
    )

    @staticmethod
    def codes(aim):
        return aim.values(FAM, lambda f: f.LearnDelFAMCode)

    def test_overlaps(self):
        asked = self.learners(AIM, lambda a: a.any(AIM, lambda o: self.codes(a).overlaps(self.codes(o)), other=True))
        assert asked == [True, True, False, False]

    def test_same_values(self):
        asked = self.learners(AIM, lambda a: a.any(AIM, lambda o: self.codes(a).same_values(self.codes(o)), other=True))
        assert asked == [False, False, True, True], "no record and a record without a code are both empty"

    def test_only_sets(self):
        aim = self.learners.record(AIM)
        with pytest.raises(TypeError, match=r"values\(\.\.\.\)"):
            self.codes(aim).overlaps(aim.LearnAimRef)


class TestReferences:
    rows: ClassVar = {
        "lars": [{"LearnAimRef": "50000001", "LearnAimRefType": "0003"}],
        "lars_category": [
            {
                "LearnAimRef": "50000001",
                "CategoryRef": 62,
                "EffectiveFrom": day("2025-08-01"),
                "EffectiveTo": day("2025-08-31"),
            },
            {"LearnAimRef": "50000002", "CategoryRef": 41, "EffectiveFrom": day("2020-08-01")},
        ],
    }
    known = Asked(
        aims(
            {"LearnAimRef": "50000001", "LearnStartDate": day("2025-08-31")},
            {"LearnAimRef": "50000001", "LearnStartDate": day("2025-09-01")},
            {"LearnAimRef": "50000002"},
            {},
        ),
        reference=rows,
    )

    def test_lookup_gives_the_value_or_a_blank(self):
        assert self.known(AIM, lambda a: a.lookup("lars", "LearnAimRefType", LearnAimRef=a.LearnAimRef)) == [
            "0003",
            "0003",
            None,
            None,
        ]

    def test_a_blank_key_finds_nothing(self):
        assert self.known(AIM, lambda a: a.any("lars_category", same={"LearnAimRef": a.LearnAimRef})) == [
            True,
            True,
            True,
            False,
        ]

    def test_dates_of_the_row_against_those_of_the_aim(self):
        asked = self.known(
            AIM,
            lambda a: a.any(
                "lars_category",
                lambda c: (c.EffectiveFrom <= a.LearnStartDate) & (a.LearnStartDate <= c.EffectiveTo),
                same=["LearnAimRef"],
            ),
        )
        assert asked == [True, False, False, False]

    def test_a_row_asked_for_by_some_records_only_is_there_for_the_next_question(self):
        asked = Asked(
            aims(
                {"LearnAimRef": "50000001", "AimType": 1, FAM: [fam("SOF", "105")]},
                {"LearnAimRef": "50000002", "AimType": 3},
            ),
            reference=self.rows,
        )
        key = {"same": ["LearnAimRef"]}
        assert asked(FAM, lambda f: f.any("lars_category", **key)) == [True]
        assert asked(
            AIM, lambda a: a.any("lars_category", lambda c: c.CategoryRef.known & (a.AimType == 1), **key)
        ) == [True, False]
        assert asked(AIM, lambda a: a.any("lars_category", **key)) == [True, True]

    def test_shared_values_of_two_aims_in_a_table(self):
        table = [
            {"FworkCode": f, "ProgType": 31, "PwayCode": p, "LearnAimRef": ref, "EffectiveFrom": day("2020-08-01")}
            for f, p, ref in ((1, 1, "ZTLOS001"), (1, 1, "60000001"), (1, 2, "60000001"), (1, 3, "60000002"))
        ]
        asked = Asked(
            aims({"LearnAimRef": "60000001"}, {"LearnAimRef": "ZTLOS001"}),
            aims({"LearnAimRef": "60000002"}, {"LearnAimRef": "ZTLOS001"}),
            reference={"lars_framework_aims": table},
        )

        def pathways(aim):
            return aim.values(
                "lars_framework_aims",
                lambda f: f.FworkCode.as_text() + "/" + f.PwayCode.as_text(),
                same=["LearnAimRef"],
            )

        answers = asked(AIM, lambda a: a.any(AIM, lambda o: pathways(a).overlaps(pathways(o)), other=True))
        assert answers == [True, True, False, False]


class TestMistakes:
    aim = Asked().record(AIM)

    def test_a_misspelt_field_is_named_with_a_suggestion(self):
        with pytest.raises(AttributeError, match=r"no field LearnStartDat.*Did you mean LearnStartDate"):
            _ = self.aim.LearnStartDat

    def test_a_misspelt_entity_or_table(self):
        with pytest.raises(ValueError, match="Did you mean LearningDeliveryFAM"):
            self.aim.any("LearningDeliveryFAMs")
        with pytest.raises(ValueError, match="Did you mean lars_category"):
            self.aim.any("lars_categories", same=["LearnAimRef"])

    def test_a_misspelt_column_of_a_table(self):
        with pytest.raises(AttributeError, match=r"lars_category has no field CategoryReff.*Did you mean CategoryRef"):
            self.aim.any("lars_category", lambda c: c.CategoryReff == 1, same=["LearnAimRef"])

    def test_a_field_of_another_branch(self):
        with pytest.raises(AttributeError, match="A Learner record of 2526 has no field AimType"):
            _ = Asked().record("Learner").AimType

    def test_a_field_that_the_year_does_not_have(self):
        with pytest.raises(AttributeError, match="2627 has no field PHours"):
            _ = Asked(year="2627").record(AIM).PHours

    def test_a_number_is_not_compared_with_text(self):
        with pytest.raises(TypeError, match=r"AimType.*is int, but '1' is text"):
            _ = self.aim.AimType == "1"
        with pytest.raises(ValueError, match="Invalid isoformat"):
            _ = self.aim.LearnStartDate > "1 August"

    def test_python_and_or_and_missing_brackets(self):
        with pytest.raises(TypeError, match=r"Use & \| ~"):
            _ = (self.aim.AimType == 1) and (self.aim.FundModel == 36)
        with pytest.raises(TypeError, match="Put brackets around each comparison"):
            _ = (self.aim.AimType == 1) & self.aim.FundModel

    def test_a_reference_question_needs_a_key(self):
        with pytest.raises(ValueError, match="Say which columns of lars are looked up"):
            self.aim.any("lars")

    def test_an_entity_question_takes_names_only(self):
        with pytest.raises(ValueError, match="same= is a list of field names"):
            self.aim.any(AIM, same={"ProgType": 25})

    def test_up_goes_to_what_holds_the_record(self):
        with pytest.raises(ValueError, match="does not stand in"):
            self.aim.up(FAM)

    def test_a_table_that_was_not_given(self):
        asked = Asked(aims({"LearnAimRef": "50000001"}))
        with pytest.raises((ValueError, KeyError), match="lars"):
            asked(AIM, lambda a: a.any("lars", same=["LearnAimRef"]))
