"""LearnFAMType: learner funding and monitoring records."""

from openilr.derive.codes import has_learner_fam
from openilr.derive.dd06 import dd06
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner, LearnerFAM
from openilr.validate.rule import rule
from openilr.validate.shapes import code_is_expired, coded_pair_is_listed, list_used

ONCE = ("HNS", "EHC", "DLA", "SEN", "MCF", "ECF", "FME", "MMH", "EMH")


def how_many(fam: Record) -> Expr:
    """How many records of this type the learner has."""
    return fam.count(LearnerFAM, same=["LearnFAMType"], within="Learner")


def has_no_known_codes(fam: Record) -> Expr:
    """Whether the list that we have gives no code at all for the type, so that none can be said to be wrong."""
    codes, types = fam.pack.code_list("LearnFAMCode"), fam.pack.code_list("LearnFAMType")
    with_codes = {c.type for c in codes.codes}
    return fam.LearnFAMType.is_in(() if codes.complete else [t for t in types.values() if t not in with_codes])


@rule(
    "LearnFAMType_01",
    LearnerFAM,
    summary="A learner FAM code must be listed for its type.",
    message="LearnFAMCode {LearnFAMCode} is not in the list of codes for LearnFAMType {LearnFAMType} {list}.",
    show={"list": list_used("LearnFAMCode")},
    unless=(has_no_known_codes,),
    fix="Look the type up in the year's ILR specification and record a code that is listed for it.",
    cases="""
        LearnFAMType | LearnFAMCode | code_lists                             | fires | why
        EHC          | 1            |                                        | no    | listed
        EHC          | 2            |                                        | yes   | no such code for this type
        LSR          | 55           |                                        | no    | listed
        SEN          | 55           |                                        | yes   | a code of another type
        XYZ          | 1            |                                        | yes   | no such type
                     | 1            |                                        | no    | no type returned
        PPE          | 1            |                                        | no    | a type of which no codes are known
        MMH          | 1            |                                        | no    | minimum hours of maths
        PPE          | 1            | field=LearnFAMCode type=EHC code=1     | yes   | a whole list without the type
        LSR          | 61           | field=LearnFAMCode type=LSR code=61    | no    | listed by the user
    """,
)
def code_not_listed(fam):
    return fam.LearnFAMType.known & ~coded_pair_is_listed(fam, "LearnFAMType", "LearnFAMCode")


@rule(
    "LearnFAMType_03",
    LearnerFAM,
    summary="A learner FAM code must still have been valid when the learner's first aim started.",
    message="LearnFAMType {LearnFAMType} with LearnFAMCode {LearnFAMCode} ended before the first aim started on {start}.",
    show={"start": dd06},
    fix="Remove the record, or record the code that replaced it.",
    cases="""
        LearnFAMType | LearnFAMCode | LearningDelivery                                     | code_lists                                                 | fires | why
        LSR          | 55           | LearnStartDate=2020-07-31                            | field=LearnFAMCode type=LSR code=55 valid_to=2020-07-31    | no    | its last day
        LSR          | 55           | LearnStartDate=2020-08-01                            | field=LearnFAMCode type=LSR code=55 valid_to=2020-07-31    | yes   | the day after
        LSR          | 55           | LearnStartDate=2021-08-01; LearnStartDate=2020-07-31 | field=LearnFAMCode type=LSR code=55 valid_to=2020-07-31    | no    | the earliest aim counts
        LSR          | 55           | LearnStartDate=2021-08-01                            | field=LearnFAMCode type=LSR code=55                        | no    | still valid
        LSR          | 55           | LearnStartDate=2021-08-01                            | field=LearnFAMCode type=NLM code=55 valid_to=2020-07-31    | no    | a code of another type
        LSR          | 56           | LearnStartDate=2021-08-01                            | field=LearnFAMCode type=LSR code=55 valid_to=2020-07-31    | no    | another code
        LSR          | 55           |                                                      | field=LearnFAMCode type=LSR code=55 valid_to=2020-07-31    | no    | no aims
    """,
)
def code_ended_before_first_aim(fam):
    return code_is_expired(fam, "LearnFAMType", "LearnFAMCode", dd06(fam))


@rule(
    "LearnFAMType_09",
    LearnerFAM,
    summary="Each of HNS, EHC, DLA, SEN, MCF, ECF, FME, MMH and EMH stands once at most.",
    message="LearnFAMType {LearnFAMType} stands {times} times on this learner.",
    show={"times": how_many},
    fix="Keep one record of this type.",
    cases="""
        LearnFAMType | LearnFAMCode | LearnerFAM  | fires | why
        HNS          | 1            | HNS1        | yes   | twice
        EHC          | 1            | EHC1        | yes   | twice
        DLA          | 1            | DLA1        | yes   | twice
        SEN          | 1            | SEN1        | yes   | twice
        MCF          | 1            | MCF2        | yes   | twice, other code
        ECF          | 3            | ECF4        | yes   | twice, other code
        FME          | 2            | FME2        | yes   | twice
        MMH          | 1            | MMH1        | yes   | twice
        EMH          | 1            | EMH1        | yes   | twice
        MCF          | 1            | ECF1        | no    | once each
        LSR          | 55           | LSR56       | no    | LSR may repeat
        NLM          | 17           | NLM18       | no    | NLM may repeat
        EDF          | 1            | EDF2        | no    | EDF may repeat
        HNS          | 1            |             | no    | the only one
    """,
)
def type_repeated(fam):
    return fam.LearnFAMType.is_in(ONCE) & (how_many(fam) > 1)


@rule(
    "LearnFAMType_10",
    LearnerFAM,
    summary="There are at most four learner support reasons (LSR).",
    message="LearnFAMType LSR stands {times} times on this learner.",
    show={"times": how_many},
    fix="Keep the four most important reasons.",
    cases="""
        LearnFAMType | LearnFAMCode | LearnerFAM              | fires | why
        LSR          | 55           | LSR56 LSR57 LSR58       | no    | four
        LSR          | 55           | LSR56 LSR57 LSR58 LSR59 | yes   | five
        LSR          | 55           | LSR55 LSR55 LSR55 LSR55 | yes   | five of one code
        HNS          | 1            | LSR56 LSR57 LSR58 LSR59 | no    | four beside another type
        NLM          | 17           | NLM17 NLM17 NLM17 NLM17 | no    | another type: LearnFAMType_11 asks
    """,
)
def too_many_support_reasons(fam):
    return (fam.LearnFAMType == "LSR") & (how_many(fam) > 4)


@rule(
    "LearnFAMType_11",
    LearnerFAM,
    summary="There are at most two records of national monitoring (NLM), and two of disadvantage (EDF).",
    message="LearnFAMType {LearnFAMType} stands {times} times on this learner.",
    show={"times": how_many},
    fix="Keep two records of this type.",
    cases="""
        LearnFAMType | LearnFAMCode | LearnerFAM  | fires | why
        NLM          | 17           | NLM18       | no    | two
        NLM          | 17           | NLM18 NLM22 | yes   | three
        EDF          | 1            | EDF2        | no    | two
        EDF          | 1            | EDF2 EDF2   | yes   | three
        NLM          | 17           | NLM18 EDF1  | no    | two of one, one of the other
        LSR          | 55           | LSR56 LSR57 | no    | another type
    """,
)
def more_than_two_of_a_type(fam):
    return fam.LearnFAMType.is_in("NLM", "EDF") & (how_many(fam) > 2)


@rule(
    "LearnFAMType_14",
    Learner,
    summary="Special educational needs (SEN) and an education, health and care plan (EHC) exclude each other.",
    message="The learner has both SEN 1 and EHC 1.",
    why="SEN is for learners with special needs who have no plan.",
    fix="Keep EHC 1 if there is a plan, else SEN 1.",
    cases="""
        LearnerFAM | fires | why
        SEN1 EHC1  | yes   | both
        SEN1       | no    | needs without a plan
        EHC1       | no    | a plan
        SEN2 EHC1  | no    | another SEN code
        SEN1 EHC2  | no    | another EHC code
                   | no    | neither
    """,
)
def special_needs_beside_plan(learner):
    return has_learner_fam(learner, "SEN", 1) & has_learner_fam(learner, "EHC", 1)


_EXEMPT = """
    LearnerFAM       | fires | why
    {type}1          | yes   | exempt without a plan
    {type}1 EHC1     | no    | exempt with a plan
    {type}1 SEN1     | yes   | special needs without a plan
    {type}2          | no    | exempt for another reason
    {other}1         | no    | the other subject
                     | no    | not exempt
"""


@rule(
    "LearnFAMType_15",
    Learner,
    summary="A learner exempt from maths for a learning difficulty (MCF 1) has an education, health and care plan (EHC).",
    message="The learner has MCF 1, but no EHC record.",
    fix="Add EHC 1 if there is a plan, else correct MCF.",
    cases=_EXEMPT.format(type="MCF", other="ECF"),
)
def exempt_from_maths_without_plan(learner):
    return has_learner_fam(learner, "MCF", 1) & ~has_learner_fam(learner, "EHC")


@rule(
    "LearnFAMType_16",
    Learner,
    summary="A learner exempt from English for a learning difficulty (ECF 1) has an education, health and care plan (EHC).",
    message="The learner has ECF 1, but no EHC record.",
    fix="Add EHC 1 if there is a plan, else correct ECF.",
    cases=_EXEMPT.format(type="ECF", other="MCF"),
)
def exempt_from_english_without_plan(learner):
    return has_learner_fam(learner, "ECF", 1) & ~has_learner_fam(learner, "EHC")


@rule(
    "LearnFAMType_17",
    Learner,
    summary="A learner who repeats a year (NLM 22) does not get the 16 to 19 tuition fund (NLM 21) as well.",
    message="The learner has both NLM 21 and NLM 22.",
    fix="Remove one of the two.",
    cases="""
        LearnerFAM  | fires | why
        NLM21 NLM22 | yes   | both
        NLM22       | no    | repeats a year
        NLM21       | no    | tuition fund
        NLM17 NLM22 | no    | another code
        LSR21 NLM22 | no    | the code on another type
        NLM21 LSR22 | no    | the code on another type
    """,
)
def repeats_on_tuition_fund(learner):
    return has_learner_fam(learner, "NLM", 21) & has_learner_fam(learner, "NLM", 22)
