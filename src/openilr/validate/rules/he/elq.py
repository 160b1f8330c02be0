"""ELQ: whether the learner already holds an equivalent or lower qualification."""

from openilr.spec.names import LearningDeliveryHE
from openilr.validate.rules.he.questions import is_ofs_funded, must_be_returned
from openilr.validate.shapes import lookup

must_be_returned("ELQ_01", "ELQ", "Equivalent or lower qualification", "the Office for Students funds the aim",
                 is_ofs_funded, """
    FundModel | FAM    | ELQ | fires | why
    99        | SOF1   |     | yes   | funded by the Office for Students
    99        | SOF1   | 3   | no    | returned
    99        | SOF108 |     | no    | another source of funding
    99        |        |     | no    | no source of funding
    38        | SOF1   |     | no    | another funding model
""")  # fmt: skip
lookup("ELQ_02", LearningDeliveryHE, "ELQ", known="1 2 3 9", unknown="4")
