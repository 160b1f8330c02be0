"""UKPRN_26: a Skills Bootcamp needs a contract."""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery
from openilr.validate.rule import rule
from openilr.validate.rules.learner.ukprn.allocations import streams


def has_contract_in_fct(aim: Record) -> Expr:
    """Whether ConRefNumber is an allocation of the provider (up to the second hyphen) and one of its deliverables."""
    number, deliverable = aim.ConRefNumber.part("([^-]*-[^-]*)-.*"), aim.ConRefNumber.part("[^-]*-[^-]*-(.*)")
    codes = streams(aim, "UKPRN_26")
    is_allocated = aim.any(
        "contract_allocations",
        lambda c: c.FundingStreamPeriodCode.is_in(codes),
        same={"DeliveryUKPRN": aim.UKPRN, "ContractAllocationNumber": number},
    )
    is_deliverable = aim.any(
        "contract_deliverables", same={"ContractAllocationNumber": number, "DeliverableCode": deliverable}
    )
    return is_allocated & is_deliverable


def has_bootcamp_contract(aim: Record) -> Expr:
    """Whether ConRefNumber is in the list of Skills Bootcamp contracts."""
    return aim.any("skills_bootcamp_contracts", same={"ILRContractRefNumber": aim.ConRefNumber})


@rule(
    "UKPRN_26",
    LearningDelivery,
    summary="A Skills Bootcamp needs a contract reference of the provider, in FCT or among Skills Bootcamp contracts.",
    message="ConRefNumber is {ConRefNumber}, which is no Skills Bootcamp contract of provider {UKPRN}.",
    why="Learning that is returned without a contract is not paid.",
    fix="Copy the contract reference from the Skills Bootcamp contract into ConRefNumber.",
    cases="""
        ProgType | ConRefNumber | contract_allocations                                                                      | contract_deliverables                                | skills_bootcamp_contracts    | fires | why
        32       | SBC-1001-D1  |                                                                                           |                                                      |                              | yes   | no contract
        32       |              |                                                                                           |                                                      |                              | yes   | no reference
        32       | SBC-1001-D1  | DeliveryUKPRN=10000001 FundingStreamPeriodCode=SB2022 ContractAllocationNumber=SBC-1001     | ContractAllocationNumber=SBC-1001 DeliverableCode=D1 |                              | no    | in FCT
        32       | SBC-1001-D1  | DeliveryUKPRN=10000001 FundingStreamPeriodCode=SB-PAA2022 ContractAllocationNumber=SBC-1001 | ContractAllocationNumber=SBC-1001 DeliverableCode=D1 |                              | no    | another stream of bootcamps
        32       | SBC-1001-D1  | DeliveryUKPRN=10000001 FundingStreamPeriodCode=SB2023 ContractAllocationNumber=SBC-1001     | ContractAllocationNumber=SBC-1001 DeliverableCode=D1 |                              | no    | another stream of bootcamps
        32       | SBC-1001-D-1 | DeliveryUKPRN=10000001 FundingStreamPeriodCode=SB2023 ContractAllocationNumber=SBC-1001     | ContractAllocationNumber=SBC-1001 DeliverableCode=D-1 |                             | no    | all that is behind the second hyphen
        32       | SBC-1001-D1  | DeliveryUKPRN=10000001 FundingStreamPeriodCode=ZZ2023 ContractAllocationNumber=SBC-1001     | ContractAllocationNumber=SBC-1001 DeliverableCode=D1 |                              | yes   | no stream of bootcamps
        32       | SBC-1001-D1  | DeliveryUKPRN=10000002 FundingStreamPeriodCode=SB2022 ContractAllocationNumber=SBC-1001     | ContractAllocationNumber=SBC-1001 DeliverableCode=D1 |                              | yes   | another provider's
        32       | SBC-1001-D2  | DeliveryUKPRN=10000001 FundingStreamPeriodCode=SB2022 ContractAllocationNumber=SBC-1001     | ContractAllocationNumber=SBC-1001 DeliverableCode=D1 |                              | yes   | another deliverable
        32       | SBC-1002-D1  | DeliveryUKPRN=10000001 FundingStreamPeriodCode=SB2022 ContractAllocationNumber=SBC-1001     | ContractAllocationNumber=SBC-1001 DeliverableCode=D1 |                              | yes   | another contract
        32       | SBC-1001-D1  | DeliveryUKPRN=10000001 FundingStreamPeriodCode=SB2022 ContractAllocationNumber=SBC-1001     | ContractAllocationNumber=SBC-1002 DeliverableCode=D1 |                              | yes   | another contract's deliverable
        32       | SBC-1001     | DeliveryUKPRN=10000001 FundingStreamPeriodCode=SB2022 ContractAllocationNumber=SBC-1001     | ContractAllocationNumber=SBC-1001 DeliverableCode=D1 |                              | yes   | no deliverable
        32       | SB77         |                                                                                           |                                                      | ILRContractRefNumber=SB77    | no    | among bootcamp contracts
        32       | SB78         |                                                                                           |                                                      | ILRContractRefNumber=SB77    | yes   | another bootcamp contract
        31       | SBC-1001-D1  |                                                                                           |                                                      |                              | no    | no bootcamp
                 | SBC-1001-D1  |                                                                                           |                                                      |                              | no    | no programme
    """,
)
def bootcamp_without_contract(aim):
    return (aim.ProgType == 32) & ~has_contract_in_fct(aim) & ~has_bootcamp_contract(aim)
