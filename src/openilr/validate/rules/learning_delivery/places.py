"""DelLocPostCode and LSDPostcode: where an aim is delivered, and where the learner lived when it started.

Who funds adult learners at a postcode is looked up in the devolved postcodes. Rules that ask for the right funder say
nothing about a blank LSDPostcode: whether it must be returned is the question of LSDPostcode_01 and LSDPostcode_05.
"""

from openilr.derive.codes import has_fam, is_restart, of_year
from openilr.derive.dd07 import dd07
from openilr.derive.dd35 import dd35
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import LearningDelivery, LearningDeliveryFAM
from openilr.validate.rule import rule
from openilr.validate.rules.learner.address import NOT_KNOWN, exists, is_shaped_like_a_postcode

#: Funding models of adult learning up to 31 July 2024, by year: community learning left the rules in 2026-27.
ADULT_TO_2024 = {"2526": (10, 35), "2627": (35,)}
WRITE_RIGHTLY = "Write the postcode in capitals with one space before its last three characters."
CHECK_FUNDER = "Check the postcode where the learner lived on the start date, and the aim's SOF record."
WHY_FUNDER = "From August 2019 on, devolved authorities fund the adult learners who live in their areas."


def is_adult_to_2024(aim):
    return aim.FundModel.is_in(of_year(ADULT_TO_2024, aim))


def is_adult_from_2024(aim):
    return (aim.LearnStartDate >= "2024-08-01") & aim.FundModel.is_in(11, 38)


def is_offender_learning(aim):
    return has_fam(aim, "LDM", "034")


def has_postcode_exclusion(aim):
    return has_fam(aim, "DAM", "001")


def start_postcode_not_known(aim):
    return aim.LSDPostcode == NOT_KNOWN


def is_component_aim(aim):
    return aim.AimType == 3


def is_traineeship(aim):
    return aim.ProgType == 24


def is_part_of_programme(aim):
    return aim.ProgType.known


def is_at_residential_college(aim):
    return aim.lookup("organisations", "LongTermResid", UKPRN=aim.UKPRN) == 1


def start_postcode_is_listed(aim: Record) -> Expr:
    return aim.any("postcodes", same={"pcds": aim.LSDPostcode})


def is_in_funding_list(aim: Record) -> Expr:
    """Whether the postcode at the start is in the list of who funds adult learners where."""
    return aim.any("devolved_postcodes", same={"Postcode": aim.LSDPostcode})


def is_funded_elsewhere(aim: Record) -> Expr:
    """Whether a source of funding of the aim is not the one that the list gives for the postcode on the start date."""

    def is_not_listed(f: Record) -> Expr:
        return f.none(
            "devolved_postcodes",
            lambda p: (
                (p.EffectiveFrom.missing | (p.EffectiveFrom <= f.LearnStartDate))
                & (p.EffectiveTo.missing | (f.LearnStartDate <= p.EffectiveTo))
            ),
            same={"Postcode": f.LSDPostcode, "SourceOfFunding": f.LearnDelFAMCode},
        )

    return aim.any(LearningDeliveryFAM, lambda f: (f.LearnDelFAMType == "SOF") & is_not_listed(f))


@rule(
    "DelLocPostCode_03",
    LearningDelivery,
    summary=f"The delivery location should have a postcode of the United Kingdom, or {NOT_KNOWN}.",
    message="DelLocPostCode {DelLocPostCode} is not in the list of postcodes.",
    fix=f"Check the postcode of the place; record {NOT_KNOWN} where it is not known or abroad.",
    unless=(is_offender_learning,),
    cases="""
        DelLocPostCode | postcodes      | FAM    | fires | why
        "AB1 2CD"      | pcds="AB1 2CD" |        | no    | listed
        "AB1 2CD"      | pcds="AB1 2CE" |        | yes   | another one is
        "ZZ99 9ZZ"     | pcds="AB1 2CE" |        | no    | stands for an unknown place
        "ZZ99 9ZA"     | pcds="AB1 2CE" |        | yes   | nearly so
        "AB1 2CD"      | pcds="AB1 2CE" | LDM034 | no    | offender learning
        "AB1 2CD"      | pcds="AB1 2CE" | LDM035 | yes   | another LDM code
                       | pcds="AB1 2CE" |        | no    | blank: the schema asks for it
    """,
)
def unknown_place_of_delivery(aim):
    return aim.DelLocPostCode.known & ~exists(aim, aim.DelLocPostCode)


@rule(
    "DelLocPostCode_11",
    LearningDelivery,
    summary="The delivery location's postcode must be written as postcodes are: capitals, one space, such as AB12 3DE.",
    message="DelLocPostCode {DelLocPostCode} does not have the form of a postcode.",
    fix=WRITE_RIGHTLY,
    unless=(is_offender_learning,),
    cases="""
        DelLocPostCode | FAM    | fires | why
        "AB1 2AB"      |        | no    | two letters, one digit
        "A12 2AB"      |        | no    | one letter, two digits
        "AB1C 2AB"     |        | no    | digit and letter
        "ZZ99 9ZZ"     |        | no    | stands for an unknown place
        "ab1 2ab"      |        | yes   | small letters
        "AB12AB"       |        | yes   | no space
        "AB 2AB"       |        | yes   | first part wrong only
        "AB1 2CB"      |        | yes   | second part wrong only: C is not used there
        "AB1 2VB"      |        | yes   | nor is V
        "A123 2AB"     |        | yes   | three digits
        "AB1 AAB"      |        | yes   | second part without digit
        "AB1 2CB"      | LDM034 | no    | offender learning
        "AB1 2CB"      | LDM035 | yes   | another LDM code
                       |        | no    | blank: the schema asks for it
    """,
)
def place_of_delivery_wrongly_written(aim):
    return aim.DelLocPostCode.known & ~is_shaped_like_a_postcode(aim.DelLocPostCode)


_RETURNED_TO_2024 = """
    LearnStartDate | FundModel | ProgType | AimType | LSDPostcode | postcodes      | years | fires | why
    2019-08-01     | 35        |          | 4       | "AB1 2CD"   | pcds="AB1 2CE" |       | yes   | first day; not listed
    2019-07-31     | 35        |          | 4       | "AB1 2CD"   | pcds="AB1 2CE" |       | no    | the day before
    2024-07-31     | 35        |          | 4       | "AB1 2CD"   | pcds="AB1 2CE" |       | yes   | last day
    2024-08-01     | 35        |          | 4       | "AB1 2CD"   | pcds="AB1 2CE" |       | no    | the day after
    2023-09-01     | 35        |          | 4       | "AB1 2CD"   | pcds="AB1 2CD" |       | no    | listed
    2023-09-01     | 35        |          | 4       |             | pcds="AB1 2CE" |       | yes   | not returned
    2023-09-01     | 35        |          | 4       | "ZZ99 9ZZ"  | pcds="AB1 2CE" |       | no    | stands for an unknown place
    2023-09-01     | 10        |          | 4       |             | pcds="AB1 2CE" | 2526  | yes   | community learning
    2023-09-01     | 10        |          | 4       |             | pcds="AB1 2CE" | 2627  | no    | which left the rule
    2023-09-01     | 38        |          | 4       |             | pcds="AB1 2CE" |       | no    | another funding model
    2023-09-01     | 35        |          | 3       |             | pcds="AB1 2CE" |       | no    | a component aim
    2023-09-01     | 35        | 24       | 1       |             | pcds="AB1 2CE" | 2526  | no    | traineeship
    2023-09-01     | 35        | 24       | 1       |             | pcds="AB1 2CE" | 2627  | yes   | no longer excused
    2023-09-01     | 35        | 25       | 1       |             | pcds="AB1 2CE" | 2526  | no    | apprenticeship
    2023-09-01     | 35        | 25       | 1       |             | pcds="AB1 2CE" | 2627  | yes   | no longer excused
"""


def adult_without_start_postcode(aim):
    in_scope = aim.LearnStartDate.between("2019-08-01", "2024-07-31") & is_adult_to_2024(aim)
    return in_scope & ~start_postcode_is_listed(aim)


for _unless, _since, _until in (
    ((start_postcode_not_known, is_traineeship, dd07, is_component_aim), None, "2526"),
    ((start_postcode_not_known, is_component_aim), "2627", None),
):
    rule(
        "LSDPostcode_01",
        LearningDelivery,
        summary="The postcode at the start of an adult aim from August 2019 to July 2024 must be returned and exist.",
        message="LSDPostcode {LSDPostcode} is blank or not in the list of postcodes.",
        why=WHY_FUNDER,
        fix=f"Record where the learner lived on the start date, or {NOT_KNOWN} where that is not known.",
        unless=_unless, since=_since, until=_until, cases=_RETURNED_TO_2024,
    )(adult_without_start_postcode)  # fmt: skip


@rule(
    "LSDPostcode_02",
    LearningDelivery,
    summary="The funder of an adult aim that started from August 2019 to July 2021 must be the one of the postcode.",
    message="LSDPostcode {LSDPostcode} is not listed for the aim's source of funding on {LearnStartDate}.",
    why=WHY_FUNDER,
    fix=CHECK_FUNDER,
    unless=(
        is_part_of_programme,
        is_at_residential_college,
        is_restart,
        has_postcode_exclusion,
        is_offender_learning,
        start_postcode_not_known,
    ),
    cases="""
        LearnStartDate | FundModel | ProgType | LSDPostcode | FAM           | devolved_postcodes                                                                     | organisations   | years | fires | why
        2019-08-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | yes   | first day; devolved, not listed
        2019-07-31     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | the day before
        2021-07-31     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | yes   | last day
        2021-08-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | the day after: LSDPostcode_04
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF105        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | neither devolved nor listed
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | listed for the funder
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF111        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | yes   | another devolved funder
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF105        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | yes   | national funding in a devolved area
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF105 SOF110 | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | yes   | one of two sources is another
        2020-09-01     | 35        |          | "AB1 2CD"   | LDM110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | another FAM type
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2020-09-02                        |                 |       | yes   | from the day after
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2020-09-01                        |                 |       | no    | from that very day
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110                                                 |                 |       | no    | listed without dates
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110 LDM378 | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2020-09-01                        |                 |       | no    | other FAM records are no matter
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01 EffectiveTo=2020-08-31 |                 |       | yes   | to the day before
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01 EffectiveTo=2020-09-01 |                 |       | no    | last day
        2020-09-01     | 10        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 | 2526  | yes   | community learning
        2020-09-01     | 10        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 | 2627  | no    | which left the rule
        2020-09-01     | 81        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | another funding model
        2020-09-01     | 35        | 24       | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | part of a programme
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | LongTermResid=1 |       | no    | long-term residential college
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | LongTermResid=0 |       | yes   | another college
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110 RES1   | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | restart
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110 DAM001 | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | excluded by DAM 001
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110 DAM002 | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | yes   | another DAM code
        2020-09-01     | 35        |          | "AB1 2CD"   | SOF110 LDM034 | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | offender learning
        2020-09-01     | 35        |          | "ZZ99 9ZZ"  | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | stands for an unknown place
        2020-09-01     | 35        |          |             | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |                 |       | no    | blank: LSDPostcode_01
    """,
)
def funded_elsewhere_2019_to_2021(aim):
    in_scope = aim.LearnStartDate.between("2019-08-01", "2021-07-31") & is_adult_to_2024(aim)
    listed = is_in_funding_list(aim)
    return in_scope & aim.LSDPostcode.known & ((dd35(aim) & ~listed) | (listed & is_funded_elsewhere(aim)))


@rule(
    "LSDPostcode_03",
    LearningDelivery,
    summary="The postcode at the start must be written as postcodes are: capitals, one space, such as AB12 3DE.",
    message="LSDPostcode {LSDPostcode} does not have the form of a postcode.",
    fix=WRITE_RIGHTLY,
    cases="""
        LSDPostcode | FAM    | fires | why
        "AB1 2AB"   |        | no    | two letters, one digit
        "A12 2AB"   |        | no    | one letter, two digits
        "AB1C 2AB"  |        | no    | digit and letter
        "ZZ99 9ZZ"  |        | no    | stands for an unknown place
        "ab1 2ab"   |        | yes   | small letters
        "AB12AB"    |        | yes   | no space
        "AB 2AB"    |        | yes   | first part wrong only
        "AB1 2CB"   |        | yes   | second part wrong only: C is not used there
        "AB1 2VB"   |        | yes   | nor is V
        "A123 2AB"  |        | yes   | three digits
        "AB1 AAB"   |        | yes   | second part without digit
        "AB1 2CB"   | LDM034 | yes   | offender learning is not excused here
                    |        | no    | blank
    """,
)
def start_postcode_wrongly_written(aim):
    return aim.LSDPostcode.known & ~is_shaped_like_a_postcode(aim.LSDPostcode)


@rule(
    "LSDPostcode_04",
    LearningDelivery,
    summary="The funder of an adult aim that started from August 2021 to July 2024 must be the one of the postcode.",
    message="LSDPostcode {LSDPostcode} is not listed for the aim's source of funding on {LearnStartDate}.",
    why=WHY_FUNDER,
    fix=CHECK_FUNDER,
    unless=(is_restart, has_postcode_exclusion, start_postcode_not_known),
    cases="""
        LearnStartDate | FundModel | ProgType | LSDPostcode | FAM           | devolved_postcodes                                                                     | years | fires | why
        2021-08-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | yes   | first day; not listed
        2021-07-31     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | no    | the day before: LSDPostcode_02
        2024-07-31     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | yes   | last day
        2024-08-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | no    | the day after
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF105        | Postcode="AB1 2CE" SourceOfFunding=105 EffectiveFrom=2019-08-01                        |       | yes   | not listed, whoever funds
        2023-09-01     | 35        |          | "AB1 2CD"   |               | Postcode="AB1 2CE" SourceOfFunding=105 EffectiveFrom=2019-08-01                        |       | yes   | not listed, no source of funding
        2023-09-01     | 35        |          | "AB1 2CD"   |               | Postcode="AB1 2CD" SourceOfFunding=105 EffectiveFrom=2019-08-01                        |       | no    | listed, no source of funding to compare
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF105        | Postcode="AB1 2CD" SourceOfFunding=105 EffectiveFrom=2019-08-01                        |       | no    | listed for the funder
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF111        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | yes   | another funder
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2023-09-02                        |       | yes   | from the day after
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2023-09-01                        |       | no    | from that very day
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110                                                 |       | no    | listed without dates
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF110 LDM378 | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2023-09-01                        |       | no    | other FAM records are no matter
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01 EffectiveTo=2023-08-31 |       | yes   | to the day before
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01 EffectiveTo=2023-09-01 |       | no    | last day
        2023-09-01     | 10        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | 2526  | yes   | community learning
        2023-09-01     | 10        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | 2627  | no    | which left the rule
        2023-09-01     | 81        |          | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | no    | another funding model
        2023-09-01     | 35        | 24       | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | yes   | programmes are not excused here
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF110 LDM034 | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | yes   | nor is offender learning
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF110 RES1   | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | no    | restart
        2023-09-01     | 35        |          | "AB1 2CD"   | SOF110 DAM001 | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | no    | excluded by DAM 001
        2023-09-01     | 35        |          | "ZZ99 9ZZ"  | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | no    | stands for an unknown place
        2023-09-01     | 35        |          |             | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        |       | no    | blank: LSDPostcode_01
    """,
)
def funded_elsewhere_2021_to_2024(aim):
    in_scope = aim.LearnStartDate.between("2021-08-01", "2024-07-31") & is_adult_to_2024(aim)
    return in_scope & aim.LSDPostcode.known & (~is_in_funding_list(aim) | is_funded_elsewhere(aim))


@rule(
    "LSDPostcode_05",
    LearningDelivery,
    summary="From August 2024, Adult Skills Fund and Tailored Learning aims need a start postcode that exists.",
    message="LSDPostcode {LSDPostcode} is blank or not in the list of postcodes.",
    why=WHY_FUNDER,
    fix=f"Record where the learner lived on the start date, or {NOT_KNOWN} where that is not known.",
    unless=(start_postcode_not_known, is_component_aim),
    cases="""
        LearnStartDate | FundModel | AimType | LSDPostcode | postcodes      | fires | why
        2024-08-01     | 38        | 4       | "AB1 2CD"   | pcds="AB1 2CE" | yes   | first day; not listed
        2024-07-31     | 38        | 4       | "AB1 2CD"   | pcds="AB1 2CE" | no    | the day before
        2025-09-01     | 11        | 4       | "AB1 2CD"   | pcds="AB1 2CE" | yes   | Tailored Learning
        2025-09-01     | 38        | 4       |             | pcds="AB1 2CE" | yes   | not returned
        2025-09-01     | 38        | 4       | "AB1 2CD"   | pcds="AB1 2CD" | no    | listed
        2025-09-01     | 38        | 4       | "ZZ99 9ZZ"  | pcds="AB1 2CE" | no    | stands for an unknown place
        2025-09-01     | 38        | 3       |             | pcds="AB1 2CE" | no    | a component aim
        2025-09-01     | 35        | 4       |             | pcds="AB1 2CE" | no    | another funding model
        2025-09-01     | 10        | 4       |             | pcds="AB1 2CE" | no    | community learning
    """,
)
def adult_from_2024_without_start_postcode(aim):
    return is_adult_from_2024(aim) & ~start_postcode_is_listed(aim)


@rule(
    "LSDPostcode_06",
    LearningDelivery,
    summary="From August 2024, Adult Skills Fund and Tailored Learning aims must have the funder of the start postcode.",
    message="LSDPostcode {LSDPostcode} is not listed for the aim's source of funding on {LearnStartDate}.",
    why=WHY_FUNDER,
    fix=CHECK_FUNDER,
    unless=(is_restart, has_postcode_exclusion, start_postcode_not_known),
    cases="""
        LearnStartDate | FundModel | LSDPostcode | FAM           | devolved_postcodes                                                                     | fires | why
        2024-08-01     | 38        | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | yes   | first day; not listed
        2024-07-31     | 38        | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | no    | the day before
        2025-09-01     | 11        | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | yes   | Tailored Learning
        2025-09-01     | 38        | "AB1 2CD"   | SOF105        | Postcode="AB1 2CD" SourceOfFunding=105 EffectiveFrom=2019-08-01                        | no    | listed for the funder
        2025-09-01     | 38        | "AB1 2CD"   | SOF105        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | yes   | another funder
        2025-09-01     | 38        | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=105 EffectiveFrom=2019-08-01 EffectiveTo=2025-07-31; Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2025-08-01 | no | one of two funders, from its day on
        2025-09-01     | 38        | "AB1 2CD"   | SOF105        | Postcode="AB1 2CD" SourceOfFunding=105 EffectiveFrom=2019-08-01 EffectiveTo=2025-07-31; Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2025-08-01 | yes | the former funder
        2025-09-01     | 38        | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2025-09-02                        | yes   | from the day after
        2025-09-01     | 38        | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2025-09-01                        | no    | from that very day
        2025-09-01     | 38        | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110                                                 | no    | listed without dates
        2025-09-01     | 38        | "AB1 2CD"   | SOF110 LDM378 | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2025-09-01                        | no    | other FAM records are no matter
        2025-09-01     | 38        | "AB1 2CD"   |               | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2025-09-02                        | yes   | not listed, no source of funding
        2025-09-01     | 38        | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01 EffectiveTo=2025-08-31 | yes   | to the day before
        2025-09-01     | 38        | "AB1 2CD"   | SOF110        | Postcode="AB1 2CD" SourceOfFunding=110 EffectiveFrom=2019-08-01 EffectiveTo=2025-09-01 | no    | last day
        2025-09-01     | 35        | "AB1 2CD"   | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | no    | another funding model
        2025-09-01     | 38        | "AB1 2CD"   | SOF110 RES1   | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | no    | restart
        2025-09-01     | 38        | "AB1 2CD"   | SOF110 DAM001 | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | no    | excluded by DAM 001
        2025-09-01     | 38        | "AB1 2CD"   | SOF110 DAM002 | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | yes   | another DAM code
        2025-09-01     | 38        | "ZZ99 9ZZ"  | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | no    | stands for an unknown place
        2025-09-01     | 38        |             | SOF110        | Postcode="AB1 2CE" SourceOfFunding=110 EffectiveFrom=2019-08-01                        | no    | blank: LSDPostcode_05
    """,
)
def funded_elsewhere_from_2024(aim):
    return is_adult_from_2024(aim) & aim.LSDPostcode.known & (~is_in_funding_list(aim) | is_funded_elsewhere(aim))
