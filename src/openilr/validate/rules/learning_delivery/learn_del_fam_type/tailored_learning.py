"""ACL, FLN and DAM: purposes of tailored and community learning, family learning, devolved areas."""

from openilr.validate.rules.learning_delivery.learn_del_fam_type.shapes import needed_on, only_on

_PURPOSE = "the purpose of the learning (ACL)"

only_on("LearnDelFAMType_46", (35, 38), "family English, maths or language (FLN)", "FLN")

only_on("LearnDelFAMType_78", (35, 38, 11, 10), "a devolved area code (DAM)", "DAM", until="2526")
only_on("LearnDelFAMType_78", (35, 38, 11), "a devolved area code (DAM)", "DAM", since="2627")

needed_on("LearnDelFAMType_119", (10,), _PURPOSE, "ACL", starts="2023-08-01")
needed_on("LearnDelFAMType_126", (11,), _PURPOSE, "ACL", starts="2024-08-01")
