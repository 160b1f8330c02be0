"""Single fields of an aim: contract, funding adjustments, partner, software identifier and the like."""

from openilr.derive.codes import has_fam, of_year
from openilr.spec.names import LearningDelivery, ProviderSpecDeliveryMonitoring
from openilr.validate.rule import rule
from openilr.validate.rules.learner.providers import is_a_partner
from openilr.validate.shapes import lookup

#: Funding models whose aims have no contract number (ConRefNumber_03), by year.
WITHOUT_CONTRACT = {"2526": (10, 11, 25, 35, 38, 81, 82, 99), "2627": (11, 25, 35, 38, 81, 82, 99)}
#: Funding models without other funding adjustment (OtherFundAdj_01), by year.
WITHOUT_ADJUSTMENT = {"2526": (10, 25, 82), "2627": (25, 39, 82)}
#: A universally unique identifier in its usual form: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
UUID = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


def has_loan(aim):
    return has_fam(aim, "ADL")


@rule(
    "ConRefNumber_03",
    LearningDelivery,
    summary="Only apprenticeship, bootcamp and short course funding has a contract number on the aim.",
    message="ConRefNumber is {ConRefNumber} on FundModel {FundModel}.",
    fix="Remove ConRefNumber, or correct FundModel.",
    cases="""
        FundModel | ConRefNumber | years | fires | why
        10        | ABC-1        | 2526  | yes   | community learning
        10        | ABC-1        | 2627  | no    | community learning left the list
        11        | ABC-1        |       | yes   | Tailored Learning
        25        | ABC-1        |       | yes   | 16 to 19
        35        | ABC-1        |       | yes   | adult skills
        38        | ABC-1        |       | yes   | Adult Skills Fund
        81        | ABC-1        |       | yes   | other adult
        82        | ABC-1        |       | yes   | other 16 to 19
        99        | ABC-1        |       | yes   | non-funded
        36        | ABC-1        |       | no    | apprenticeship
        37        | ABC-1        |       | no    | Skills Bootcamp
        38        |              |       | no    | not returned
                  | ABC-1        |       | no    | funding model blank
    """,
)
def contract_number_on_other_funding(aim):
    return aim.FundModel.is_in(of_year(WITHOUT_CONTRACT, aim)) & aim.ConRefNumber.known


@rule(
    "OtherFundAdj_01",
    LearningDelivery,
    summary="16 to 19 and other aims that are not funded by the aim have no other funding adjustment.",
    message="OtherFundAdj is {OtherFundAdj} on FundModel {FundModel}.",
    fix="Remove OtherFundAdj, or correct FundModel.",
    cases="""
        FundModel | OtherFundAdj | years | fires | why
        25        | 50           |       | yes   | 16 to 19
        82        | 0            |       | yes   | other 16 to 19; nought is a value
        10        | 50           | 2526  | yes   | community learning
        10        | 50           | 2627  | no    | community learning left the list
        39        | 50           | 2627  | yes   | short courses
        39        | 50           | 2526  | no    | not yet a funding model
        38        | 50           |       | no    | Adult Skills Fund
        99        | 50           |       | no    | non-funded
        25        |              |       | no    | not returned
    """,
)
def adjustment_on_other_funding(aim):
    return aim.FundModel.is_in(of_year(WITHOUT_ADJUSTMENT, aim)) & aim.OtherFundAdj.known


@rule(
    "PriorLearnFundAdj_01",
    LearningDelivery,
    summary="16 to 19, non-funded and other aims that are not funded by the aim have no adjustment for prior learning.",
    message="PriorLearnFundAdj is {PriorLearnFundAdj} on FundModel {FundModel}, without an Advanced Learner Loan.",
    fix="Remove PriorLearnFundAdj, or correct FundModel.",
    unless=(has_loan,),
    cases="""
        FundModel | PriorLearnFundAdj | FAM  | years | fires | why
        25        | 50                |      |       | yes   | 16 to 19
        82        | 0                 |      |       | yes   | other 16 to 19; nought is a value
        99        | 50                |      |       | yes   | non-funded
        99        | 50                | ADL1 |       | no    | paid for by a loan
        99        | 50                | LDM1 |       | yes   | another FAM type
        10        | 50                |      | 2526  | yes   | community learning
        10        | 50                |      | 2627  | no    | community learning left the list
        39        | 50                |      | 2627  | yes   | short courses
        39        | 50                |      | 2526  | no    | not yet a funding model
        38        | 50                |      |       | no    | Adult Skills Fund
        25        |                   |      |       | no    | not returned
    """,
)
def prior_learning_on_other_funding(aim):
    without = (99, *of_year(WITHOUT_ADJUSTMENT, aim))
    return aim.FundModel.is_in(without) & aim.PriorLearnFundAdj.known


@rule(
    "PartnerUKPRN_01",
    LearningDelivery,
    summary="The UKPRN of a subcontractor or partner must be a registered one.",
    message="PartnerUKPRN {PartnerUKPRN} is not in the list of UKPRNs.",
    fix="Look the partner up in the UK Register of Learning Providers, or leave PartnerUKPRN out.",
    cases="""
        PartnerUKPRN | organisation_partners | fires | why
        10000007     | UKPRN=10000007        | no    | registered
        10000007     | UKPRN=10000008        | yes   | another one is
                     | UKPRN=10000008        | no    | not returned
    """,
)
def unknown_partner(aim):
    return aim.PartnerUKPRN.known & ~is_a_partner(aim, aim.PartnerUKPRN)


@rule(
    "PartnerUKPRN_02",
    LearningDelivery,
    summary="A programme aim names no subcontractor or partner.",
    message="PartnerUKPRN is {PartnerUKPRN} on a programme aim.",
    why="Who delivers is recorded for each component aim.",
    fix="Remove PartnerUKPRN here and record it on the component aims.",
    cases="""
        AimType | PartnerUKPRN | fires | why
        1       | 10000007     | yes   | programme aim
        3       | 10000007     | no    | component aim
        4       | 10000007     | no    | no programme
        1       |              | no    | not returned
    """,
)
def partner_on_programme_aim(aim):
    return (aim.AimType == 1) & aim.PartnerUKPRN.known


@rule(
    "PartnerUKPRN_03",
    LearningDelivery,
    summary="A provider is not its own subcontractor or partner.",
    message="PartnerUKPRN {PartnerUKPRN} is the provider's own UKPRN.",
    fix="Record the partner's UKPRN, or leave PartnerUKPRN out.",
    cases="""
        PartnerUKPRN | UKPRN    | fires | why
        10000007     | 10000007 | yes   | the provider's own
        10000008     | 10000007 | no    | another provider's
                     | 10000007 | no    | not returned
    """,
)
def partner_is_the_provider(aim):
    return aim.PartnerUKPRN == aim.UKPRN


@rule(
    "ProvSpecDelMonOccur_01",
    ProviderSpecDeliveryMonitoring,
    summary="The occurrence of the provider's own monitoring of an aim is A, B, C or D.",
    message="ProvSpecDelMonOccur is {ProvSpecDelMonOccur}.",
    fix="Record A, B, C or D.",
    cases="""
        ProvSpecDelMonOccur | fires | why
        A                   | no    | first
        B                   | no    | second
        C                   | no    | third
        D                   | no    | last
        E                   | yes   | one too many
        a                   | yes   | a small letter
        1                   | yes   | a digit
                            | no    | blank: the schema asks for it
    """,
)
def occurrence_not_a_to_d(monitoring):
    return monitoring.ProvSpecDelMonOccur.known & ~monitoring.ProvSpecDelMonOccur.is_in("A", "B", "C", "D")


@rule(
    "SWSupAimId_01",
    LearningDelivery,
    summary="The aim identifier of the software should be a universally unique identifier (UUID).",
    message="SWSupAimId {SWSupAimId} is no UUID.",
    fix="Ask the supplier of the management information system: 32 hexadecimal digits, in groups of 8, 4, 4, 4 and 12.",
    cases="""
        SWSupAimId                             | fires | why
        0a1b2c3d-0000-4000-8000-00000000abcd   | no    | small letters
        0A1B2C3D-0000-4000-8000-00000000ABCD   | no    | capitals
        00000000-0000-0000-0000-000000000000   | no    | all noughts have the form
        0a1b2c3d000040008000-00000000abcd      | yes   | hyphens missing
        0a1b2c3d-0000-4000-8000-00000000abcg   | yes   | g is no hexadecimal digit
        0a1b2c3d-0000-4000-8000-00000000abc    | yes   | a digit short
        0a1b2c3d-0000-4000-8000-00000000abcd1  | yes   | a digit too many
        aim-1                                  | yes   | a number of another kind
                                               | no    | not returned
    """,
)
def identifier_not_a_uuid(aim):
    return aim.SWSupAimId.known & ~aim.SWSupAimId.matches(UUID)


@rule(
    "Tlout_01",
    LearningDelivery,
    summary="A Tailored Learning aim that was completed or left has an outcome of its own (TLOut).",
    message="CompStatus is {CompStatus} on a Tailored Learning aim, but TLOut is blank.",
    fix="Record TLOut, or correct CompStatus.",
    cases="""
        FundModel | CompStatus | TLOut | fires | why
        11        | 2          |       | yes   | completed
        11        | 3          |       | yes   | withdrawn
        11        | 2          | 1     | no    | returned
        11        | 1          |       | no    | continuing
        11        | 6          |       | no    | a break
        10        | 2          |       | no    | another funding model
    """,
)
def tailored_learning_without_outcome(aim):
    return (aim.FundModel == 11) & aim.CompStatus.is_in(2, 3) & aim.TLOut.missing


lookup("Tlout_02", LearningDelivery, "TLOut", known="1 2 3 4 5 6 7 8 9 10 11", unknown="12")
