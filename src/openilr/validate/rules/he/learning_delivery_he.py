"""LearnerHE and LearningDeliveryHE: whether an aim has a higher education record where it needs one."""

from openilr.derive.codes import has_fam, lars
from openilr.derive.dd07 import dd07
from openilr.derive.dd27 import dd27
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearnerHE, LearningDelivery, LearningDeliveryHE
from openilr.validate.rule import rule
from openilr.validate.rules.he.questions import is_level_4_or_above, is_ofs_funded, is_ofs_registered

NO_RECORD = "The aim has no higher education record (LearningDeliveryHE)."
ADD_RECORD = "Add the higher education record to the aim, or correct what makes it necessary."


def has_no_he_record(aim: Record) -> Expr:
    return aim.none(LearningDeliveryHE)


def is_made_by_hesa(aim: Record) -> Expr:
    """Whether the record was made from the HESA student record: LDM 352."""
    return has_fam(aim, "LDM", "352")


def is_at_a_university(record: Record) -> Expr:
    """Whether the provider's legal type is UHEO, a higher education institution."""
    return record.lookup("organisations", "LegalOrgType", UKPRN=record.UKPRN) == "UHEO"


def is_prescribed_he(record: Record) -> Expr:
    return lars(record, "EnglPrscID").is_in(1, 2)


@rule(
    "LearnerHE_02",
    LearnerHE,
    summary="A learner with a higher education record needs an aim with one.",
    message="The learner has a LearnerHE record, but no aim has a LearningDeliveryHE record.",
    fix="Add the higher education record to the learner's aim, or remove LearnerHE.",
    cases="""
        UCASPERID  | LearningDelivery                                   | fires | why
        0000000001 | AimType=4                                          | yes   | an aim without the record
        0000000001 |                                                    | yes   | no aim at all
        0000000001 | AimType=4 LearningDeliveryHE=TYPEYR=1              | no    | an aim with the record
        0000000001 | AimType=3; AimType=3 LearningDeliveryHE=TYPEYR=1   | no    | one of the aims has it
    """,
)
def learner_record_without_aim_record(learner_he):
    return learner_he.none(LearningDeliveryHE)


@rule(
    "LearningDeliveryHE_02",
    LearningDelivery,
    summary="An aim funded by the Office for Students needs a higher education record.",
    message=NO_RECORD + " Its FundModel is {FundModel}, with source of funding 1.",
    fix=ADD_RECORD,
    unless=(is_made_by_hesa,),
    cases="""
        FundModel | FAM         | LearningDeliveryHE | fires | why
        99        | SOF1        |                    | yes   | no record
        99        | SOF1        | TYPEYR=1           | no    | there is one
        99        | SOF108      |                    | no    | another source of funding
        99        |             |                    | no    | no source of funding
        38        | SOF1        |                    | no    | another funding model
                  | SOF1        |                    | no    | no funding model
        99        | SOF1 LDM352 |                    | no    | made by HESA
        99        | SOF1 LDM353 |                    | yes   | another LDM code
    """,
)
def ofs_funded_without_record(aim):
    return is_ofs_funded(aim) & has_no_he_record(aim)


@rule(
    "LearningDeliveryHE_03",
    LearningDelivery,
    summary="Aims at level 4 or above at colleges and grant funded providers on the OfS register need a higher "
    "education record.",
    message=NO_RECORD + " Its level in LARS is {level}.",
    show={"level": lambda aim: lars(aim, "NotionalNVQLevelv2")},
    fix=ADD_RECORD,
    unless=(is_made_by_hesa, is_at_a_university, dd07),
    cases="""
        FundModel | FAM    | ProgType | LearningDeliveryHE | lars                 | organisations     | office_for_students | fires | why
        25        |        |          |                    | NotionalNVQLevelv2=4 | LegalOrgType=UGFE | UKPRN=10000001      | yes   | level 4 at a college
        35        |        |          |                    | NotionalNVQLevelv2=8 | LegalOrgType=UGFE | UKPRN=10000001      | yes   | level 8
        38        |        |          |                    | NotionalNVQLevelv2=H | LegalOrgType=ULEA | UKPRN=10000001      | yes   | level H
        99        |        |          |                    | NotionalNVQLevelv2=5 | LegalOrgType=UGFE | UKPRN=10000001      | yes   | non-funded
        36        |        |          |                    | NotionalNVQLevelv2=5 | LegalOrgType=UGFE | UKPRN=10000001      | no    | another funding model
        25        |        |          |                    | NotionalNVQLevelv2=3 | LegalOrgType=UGFE | UKPRN=10000001      | no    | level 3
        25        |        |          | TYPEYR=1           | NotionalNVQLevelv2=4 | LegalOrgType=UGFE | UKPRN=10000001      | no    | there is a record
        25        |        |          |                    | NotionalNVQLevelv2=4 | LegalOrgType=PLBG | UKPRN=10000001      | no    | no college
        25        |        |          |                    | NotionalNVQLevelv2=4 | LegalOrgType=UGFE | UKPRN=10000002      | no    | not on the register
        25        |        |          |                    | NotionalNVQLevelv2=4 | LegalOrgType=UHEO | UKPRN=10000001      | no    | a university
        25        | LDM352 |          |                    | NotionalNVQLevelv2=4 | LegalOrgType=UGFE | UKPRN=10000001      | no    | made by HESA
        25        | LDM353 |          |                    | NotionalNVQLevelv2=4 | LegalOrgType=UGFE | UKPRN=10000001      | yes   | another LDM code
        99        |        | 25       |                    | NotionalNVQLevelv2=4 | LegalOrgType=UGFE | UKPRN=10000001      | no    | apprenticeship
        25        |        |          |                    |                      | LegalOrgType=UGFE | UKPRN=10000001      | no    | not in LARS
    """,
)
def higher_level_without_record(aim):
    in_scope = aim.FundModel.is_in(25, 35, 38, 99) & is_level_4_or_above(aim)
    return in_scope & dd27(aim) & is_ofs_registered(aim) & has_no_he_record(aim)


def _no_record_below_level_4(id: str, fund_model: int, what: str) -> None:
    rule(
        id,
        LearningDeliveryHE,
        summary=f"{what} at level 3 or below has no higher education record.",
        message=f"The aim has a higher education record, on FundModel {fund_model}, and LARS has {{LearnAimRef}} at level {{level}}.",
        show={"level": lambda he: lars(he, "NotionalNVQLevelv2")},
        fix="Remove the higher education record, or correct FundModel or LearnAimRef.",
        unless=(is_level_4_or_above,),
        cases=f"""
            FundModel    | lars                 | fires | why
            {fund_model} | NotionalNVQLevelv2=3 | yes   | level 3
            {fund_model} | NotionalNVQLevelv2=E | yes   | entry level
            {fund_model} | NotionalNVQLevelv2=4 | no    | level 4
            {fund_model} | NotionalNVQLevelv2=8 | no    | level 8
            {fund_model} | NotionalNVQLevelv2=H | no    | level H
            {fund_model} |                      | yes   | LARS gives no higher level
            99           | NotionalNVQLevelv2=3 | no    | another funding model
        """,
    )(lambda he: he.FundModel == fund_model)


_no_record_below_level_4("LearningDeliveryHE_06", 10, "Community learning")
_no_record_below_level_4("LearningDeliveryHE_09", 11, "Tailored learning")


@rule(
    "LearningDeliveryHE_07",
    LearningDelivery,
    summary="Prescribed higher education in an apprenticeship needs a higher education record, at colleges and grant "
    "funded providers on the OfS register.",
    message=NO_RECORD + " LARS has {LearnAimRef} as prescribed higher education.",
    fix=ADD_RECORD,
    unless=(is_made_by_hesa, is_at_a_university),
    cases="""
        ProgType | FAM    | LearningDeliveryHE | lars         | organisations     | office_for_students | fires | why
        25       |        |                    | EnglPrscID=1 | LegalOrgType=UGFE | UKPRN=10000001      | yes   | prescribed
        25       |        |                    | EnglPrscID=2 | LegalOrgType=UGFE | UKPRN=10000001      | yes   | prescribed
        25       |        |                    | EnglPrscID=3 | LegalOrgType=UGFE | UKPRN=10000001      | no    | not prescribed
        25       |        |                    | LearnAimRefType=1410 | LegalOrgType=UGFE | UKPRN=10000001 | no | LARS does not say
        24       |        |                    | EnglPrscID=1 | LegalOrgType=UGFE | UKPRN=10000001      | no    | no apprenticeship
                 |        |                    | EnglPrscID=1 | LegalOrgType=UGFE | UKPRN=10000001      | no    | no programme
        25       |        | TYPEYR=1           | EnglPrscID=1 | LegalOrgType=UGFE | UKPRN=10000001      | no    | there is a record
        25       |        |                    | EnglPrscID=1 | LegalOrgType=PLBG | UKPRN=10000001      | no    | no college
        25       |        |                    | EnglPrscID=1 | LegalOrgType=UGFE | UKPRN=10000002      | no    | not on the register
        25       |        |                    | EnglPrscID=1 | LegalOrgType=UHEO | UKPRN=10000001      | no    | a university
        25       | LDM352 |                    | EnglPrscID=1 | LegalOrgType=UGFE | UKPRN=10000001      | no    | made by HESA
    """,
)
def prescribed_he_in_apprenticeship_without_record(aim):
    in_scope = (aim.ProgType == 25) & is_prescribed_he(aim) & dd27(aim)
    return in_scope & is_ofs_registered(aim) & has_no_he_record(aim)


@rule(
    "LearningDeliveryHE_08",
    LearningDelivery,
    summary="Prescribed higher education should have a higher education record, at other providers on the OfS register.",
    message=NO_RECORD + " LARS has {LearnAimRef} as prescribed higher education.",
    fix=ADD_RECORD,
    unless=(is_made_by_hesa, is_at_a_university),
    cases="""
        FAM    | LearningDeliveryHE | lars         | organisations     | office_for_students | fires | why
               |                    | EnglPrscID=1 | LegalOrgType=PLBG | UKPRN=10000001      | yes   | prescribed, no college
               |                    | EnglPrscID=2 | LegalOrgType=PLBG | UKPRN=10000001      | yes   | prescribed
               |                    | EnglPrscID=2 |                   | UKPRN=10000001      | yes   | not known as a college
               |                    | EnglPrscID=3 | LegalOrgType=PLBG | UKPRN=10000001      | no    | not prescribed
               |                    | EnglPrscID=1 | LegalOrgType=UGFE | UKPRN=10000001      | no    | a college
               |                    | EnglPrscID=1 | LegalOrgType=UHEO | UKPRN=10000001      | no    | a university
               |                    | EnglPrscID=1 | LegalOrgType=PLBG | UKPRN=10000002      | no    | not on the register
               | TYPEYR=1           | EnglPrscID=1 | LegalOrgType=PLBG | UKPRN=10000001      | no    | there is a record
        LDM352 |                    | EnglPrscID=1 | LegalOrgType=PLBG | UKPRN=10000001      | no    | made by HESA
    """,
)
def prescribed_he_elsewhere_without_record(aim):
    return is_prescribed_he(aim) & ~dd27(aim) & is_ofs_registered(aim) & has_no_he_record(aim)


@rule(
    "LearningDeliveryHE_10",
    LearningDeliveryHE,
    summary="Programme aims that started on or after 1 August 2025 have no higher education record.",
    message="The programme aim that started on {LearnStartDate} has a higher education record.",
    fix="Move the higher education record to the component aim that it describes.",
    cases="""
        LearnStartDate | AimType | fires | why
        2025-08-01     | 1       | yes   | first day
        2025-07-31     | 1       | no    | the day before
        2025-09-01     | 3       | no    | a component aim
        2025-09-01     | 4       | no    | an aim of its own
    """,
)
def record_on_programme_aim(he):
    return (he.LearnStartDate >= "2025-08-01") & (he.AimType == 1)
