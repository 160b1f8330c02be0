"""FamilyName and GivenNames: the learner's name, and when it may be left out."""

from openilr.derive.codes import is_blank
from openilr.derive.expressions import Expr, Record
from openilr.spec.names import Learner
from openilr.validate.rule import Predicate, rule
from openilr.validate.rules.learner.aims import all_aims_are_community_learning

WHY = "Without a name the record cannot be matched with the learner's others, nor with the Learner Register."

_ALWAYS = """
    {field}       | LearningDelivery                      | years | fires | why
    "Smith Jones" | FundModel=38                          |       | no    | returned
                  | FundModel=38                          |       | yes   | missing
    "   "         | FundModel=25                          |       | yes   | white space only
                  |                                       |       | yes   | missing, no aims
                  | FundModel=10                          | 2526  | no    | community learning
    "   "         | FundModel=10                          | 2526  | no    | community learning, white space
                  | FundModel=99 FAM=SOF108               | 2526  | no    | community learning as well
                  | FundModel=10; FundModel=99 FAM=SOF108 | 2526  | no    | all aims are
                  | FundModel=99 FAM=SOF108               | 2627  | yes   | nobody is excused from 2026-27
                  | FundModel=99                          |       | yes   | non-funded, not community learning
                  | FundModel=99 FAM=SOF105               |       | yes   | another source of funding
                  | FundModel=38 FAM=SOF108               |       | yes   | another funding model
                  | FundModel=10; FundModel=38            |       | yes   | one aim is not community learning
"""
_LONG = """
    {field} | PlanLearnHours | LearningDelivery                      | fires | why
            | 11             | FundModel=10                          | yes   | eleven hours
            | 10             | FundModel=10                          | no    | ten hours
            |                | FundModel=10                          | no    | hours not known
            | 11             | FundModel=99 FAM=SOF108               | yes   | community learning as well
            | 11             | FundModel=10; FundModel=99 FAM=SOF108 | yes   | all aims are
            | 11             | FundModel=99                          | no    | not community learning
            | 11             | FundModel=99 FAM=SOF105               | no    | another source of funding
            | 11             | FundModel=38 FAM=SOF108               | no    | another funding model
            | 11             | FundModel=10; FundModel=38            | no    | one aim is not: another rule asks
            | 11             |                                       | no    | no aims
    "  "    | 11             | FundModel=10                          | yes   | white space only
    Smith   | 11             | FundModel=10                          | no    | returned
"""
_WITH_NUMBER = """
    {field} | ULN        | PlanLearnHours | LearningDelivery           | fires | why
            | 1000000043 | 10             | FundModel=10               | yes   | ten hours, a number of their own
            | 1000000043 | 11             | FundModel=10               | no    | eleven hours: another rule asks
            | 1000000043 |                | FundModel=10               | no    | hours not known
            | 9999999999 | 10             | FundModel=10               | no    | temporary number
            |            | 10             | FundModel=10               | no    | no number
            | 1000000043 | 10             | FundModel=99 FAM=SOF108    | yes   | community learning as well
            | 1000000043 | 10             | FundModel=99               | no    | not community learning
            | 1000000043 | 10             | FundModel=99 FAM=SOF105    | no    | another source of funding
            | 1000000043 | 10             | FundModel=38 FAM=SOF108    | no    | another funding model
            | 1000000043 | 10             |                            | no    | no aims
            | 1000000043 | 10             | FundModel=10; FundModel=38 | no    | one aim is not
    "  "    | 1000000043 | 10             | FundModel=10               | yes   | white space only
    Smith   | 1000000043 | 10             | FundModel=10               | no    | returned
"""


def missing(field: str) -> Predicate:
    def name_is_missing(learner: Record) -> Expr:
        return is_blank(learner.field(field))

    return name_is_missing


def missing_on_longer_community_learning(field: str) -> Predicate:
    def name_is_missing(learner: Record) -> Expr:
        longer = all_aims_are_community_learning(learner) & (learner.PlanLearnHours > 10)
        return longer & is_blank(learner.field(field))

    return name_is_missing


def missing_beside_a_number(field: str) -> Predicate:
    def name_is_missing(learner: Record) -> Expr:
        short = all_aims_are_community_learning(learner) & (learner.PlanLearnHours <= 10)
        has_number = learner.ULN.known & (learner.ULN != 9999999999)
        return short & has_number & is_blank(learner.field(field))

    return name_is_missing


for _field, _what in (("FamilyName", "family name"), ("GivenNames", "given names")):
    _fix = f"Record the learner's {_what}."
    for _unless, _since, _until in (((all_aims_are_community_learning,), None, "2526"), ((), "2627", None)):
        rule(
            f"{_field}_01", Learner,
            summary=f"No learner is returned without {_what}.",
            message=f"{_field} is missing or holds only white space.",
            why=WHY, fix=_fix, unless=_unless, since=_since, until=_until, cases=_ALWAYS.format(field=_field),
        )(missing(_field))  # fmt: skip
    rule(
        f"{_field}_02", Learner,
        summary=f"The {_what} must be returned for more than ten planned hours of community learning.",
        message=f"{_field} is missing, and {{PlanLearnHours}} hours of community learning are planned.",
        why=WHY, fix=_fix, cases=_LONG.format(field=_field),
    )(missing_on_longer_community_learning(_field))  # fmt: skip
    rule(
        f"{_field}_04", Learner,
        summary=f"The {_what} must be returned for short community learning, too, where the learner has a ULN.",
        message=f"{_field} is missing, but ULN {{ULN}} is the learner's own.",
        why=WHY, fix=_fix, cases=_WITH_NUMBER.format(field=_field),
    )(missing_beside_a_number(_field))  # fmt: skip
