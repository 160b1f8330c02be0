"""PrevUKPRN, PMUKPRN and CampId: where the learner was before, and at which campus."""

from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner
from openilr.validate.rule import rule


def is_a_partner(record: Record, ukprn: Expr) -> Expr:
    """Whether a UKPRN is in the list of those that may be returned as another provider's."""
    return record.any("organisation_partners", same={"UKPRN": ukprn})


@rule(
    "PrevUKPRN_01",
    Learner,
    summary="The UKPRN of the provider in the year before must be a registered one.",
    message="PrevUKPRN {PrevUKPRN} is not in the list of UKPRNs.",
    why="The learner's records of both years are joined through it.",
    fix="Look the provider up in the UK Register of Learning Providers, or leave PrevUKPRN out.",
    cases="""
        PrevUKPRN | organisation_partners | fires | why
        10000007  | UKPRN=10000007        | no    | registered
        10000007  | UKPRN=10000008        | yes   | another one is
                  | UKPRN=10000008        | no    | not returned
    """,
)
def unknown_provider_before(learner):
    return learner.PrevUKPRN.known & ~is_a_partner(learner, learner.PrevUKPRN)


@rule(
    "PMUKPRN_01",
    Learner,
    summary="The UKPRN of the provider before a merger must be a registered one.",
    message="PMUKPRN {PMUKPRN} is not in the list of UKPRNs.",
    why="It says which of the merged providers the learner came from.",
    fix="Look the provider up in the UK Register of Learning Providers, or leave PMUKPRN out.",
    cases="""
        PMUKPRN  | organisation_partners | fires | why
        10000007 | UKPRN=10000007        | no    | registered
        10000007 | UKPRN=10000008        | yes   | another one is
                 | UKPRN=10000008        | no    | not returned
    """,
)
def unknown_provider_before_merger(learner):
    return learner.PMUKPRN.known & ~is_a_partner(learner, learner.PMUKPRN)


@rule(
    "CampID_01",
    Learner,
    summary="A campus identifier must be in the published list.",
    message="CampId {CampId} is not in the list of campus identifiers.",
    fix="Look the campus up in the published list, or leave CampId out.",
    cases="""
        CampId   | campus_identifiers                   | fires | why
        ABC12345 | CampId=ABC12345 MasterUKPRN=10000001 | no    | listed
        ABC12345 | CampId=ABC12346 MasterUKPRN=10000001 | yes   | another one is
                 | CampId=ABC12346 MasterUKPRN=10000001 | no    | not returned
    """,
)
def unknown_campus(learner):
    return learner.CampId.known & ~is_a_listed_campus(learner)


@rule(
    "CampID_02",
    Learner,
    summary="A campus must belong to the provider that returns the learner.",
    message="The campus {CampId} belongs to another provider than {UKPRN}.",
    fix="Record a campus of your own, or leave CampId out.",
    cases="""
        CampId   | UKPRN    | campus_identifiers                                                        | fires | why
        ABC12345 | 10000001 | CampId=ABC12345 MasterUKPRN=10000001                                      | no    | own campus
        ABC12345 | 10000001 | CampId=ABC12345 MasterUKPRN=10000002                                      | yes   | another provider's
        ABC12345 | 10000001 | CampId=ABC12345 MasterUKPRN=10000002; CampId=ABC12345 MasterUKPRN=10000001 | no    | own among others
        ABC12345 | 10000001 | CampId=ABC12346 MasterUKPRN=10000001                                      | no    | not listed: CampID_01 says so
                 | 10000001 | CampId=ABC12345 MasterUKPRN=10000002                                      | no    | not returned
    """,
)
def campus_of_another_provider(learner):
    own = learner.any("campus_identifiers", same={"CampId": learner.CampId, "MasterUKPRN": learner.UKPRN})
    return is_a_listed_campus(learner) & ~own


def is_a_listed_campus(learner: Record) -> Expr:
    return learner.any("campus_identifiers", same={"CampId": learner.CampId})
