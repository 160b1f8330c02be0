"""The validity category of the funding: is the aim in it, valid on its dates, and still valid this year?

``start_is_valid`` and ``end_is_valid`` are about aims that ended since August 2020, ``new_start_is_valid`` about starts
since August 2021, ``in_category`` about starts since August 2023.
"""

from openilr.derive.expressions import Expr, Record
from openilr.validate.rules.learning_delivery.learn_aim_ref.provisions import (
    ADULT_SKILLS,
    ADULT_SKILLS_FUND,
    ANY,
    ANY_BUT_APPRENTICESHIPS,
    COMMUNITY_LEARNING,
    DEVOLVED,
    FOURTEEN_TO_SIXTEEN,
    FREE_COURSES_FOR_JOBS,
    LOANS,
    SHORT_COURSES,
    SIXTEEN_TO_NINETEEN,
    TAILORED_LEARNING,
    is_flexible_devolved_free_course,
)
from openilr.validate.rules.learning_delivery.learn_aim_ref.shapes import (
    Period,
    end_is_valid,
    in_category,
    new_start_is_valid,
    start_is_valid,
    still_valid,
)
from openilr.validate.rules.learning_delivery.learn_del_fam_type.exclusions import project_s

ENDED_SINCE_2020 = Period("LearnActEndDate", "2020-08-01")
ENDED_2020_TO_2024 = Period("LearnActEndDate", "2020-08-01", "2024-07-31")
ENDED_SINCE_2024 = Period("LearnActEndDate", "2024-08-01")
STARTED_SINCE_2021 = Period(first="2021-08-01")
STARTED_SINCE_2023 = Period(first="2023-08-01")
STARTED_SINCE_2024 = Period(first="2024-08-01")

start_is_valid("LearnAimRef_94", ADULT_SKILLS, ENDED_2020_TO_2024)
end_is_valid("LearnAimRef_95", ADULT_SKILLS, ENDED_2020_TO_2024)
new_start_is_valid("LearnAimRef_96", ADULT_SKILLS, Period("LearnActEndDate", "2021-08-01", "2024-07-31"))
still_valid("LearnAimRef_97", ADULT_SKILLS, Period(last="2024-07-31"))
in_category("LearnAimRef_127", ADULT_SKILLS, Period(first="2023-08-01", last="2024-07-31"))

start_is_valid("LearnAimRef_102", SIXTEEN_TO_NINETEEN, ENDED_SINCE_2020)
end_is_valid("LearnAimRef_103", SIXTEEN_TO_NINETEEN, ENDED_SINCE_2020)
new_start_is_valid("LearnAimRef_104", SIXTEEN_TO_NINETEEN, STARTED_SINCE_2021, until="2526")
new_start_is_valid("LearnAimRef_104", SIXTEEN_TO_NINETEEN, STARTED_SINCE_2021, since="2627", restarts_too=True)
still_valid("LearnAimRef_105", SIXTEEN_TO_NINETEEN, STARTED_SINCE_2021)
in_category("LearnAimRef_129", SIXTEEN_TO_NINETEEN, STARTED_SINCE_2023)

start_is_valid("LearnAimRef_106", COMMUNITY_LEARNING, ENDED_SINCE_2020)
end_is_valid("LearnAimRef_107", COMMUNITY_LEARNING, ENDED_SINCE_2020)
new_start_is_valid("LearnAimRef_108", COMMUNITY_LEARNING, STARTED_SINCE_2021)
still_valid("LearnAimRef_109", COMMUNITY_LEARNING)
in_category("LearnAimRef_130", COMMUNITY_LEARNING, STARTED_SINCE_2023)

start_is_valid("LearnAimRef_110", LOANS, ENDED_SINCE_2020)
end_is_valid("LearnAimRef_111", LOANS, ENDED_SINCE_2020)
new_start_is_valid("LearnAimRef_112", LOANS, STARTED_SINCE_2021)
still_valid("LearnAimRef_113", LOANS)
in_category("LearnAimRef_131", LOANS, STARTED_SINCE_2023)

start_is_valid("LearnAimRef_114", ANY, ENDED_SINCE_2020)
end_is_valid("LearnAimRef_115", ANY, ENDED_SINCE_2020)
new_start_is_valid("LearnAimRef_116", ANY, STARTED_SINCE_2021)
still_valid("LearnAimRef_117", ANY_BUT_APPRENTICESHIPS)
in_category("LearnAimRef_132", ANY, STARTED_SINCE_2023)

start_is_valid("LearnAimRef_118", DEVOLVED, ENDED_SINCE_2020)
end_is_valid("LearnAimRef_119", DEVOLVED, ENDED_SINCE_2020)
new_start_is_valid("LearnAimRef_120", DEVOLVED, STARTED_SINCE_2021)
still_valid("LearnAimRef_121", DEVOLVED)
in_category("LearnAimRef_133", DEVOLVED.also_in("COMM_LEARN", "TAILORED_LEARNING"), STARTED_SINCE_2023)


def did_not_end_before_august_2021(aim: Record) -> Expr:
    return aim.LearnActEndDate.missing | (aim.LearnActEndDate >= "2021-08-01")


start_is_valid("LearnAimRef_122", FOURTEEN_TO_SIXTEEN, ENDED_SINCE_2020)
end_is_valid("LearnAimRef_123", FOURTEEN_TO_SIXTEEN, ENDED_SINCE_2020)
new_start_is_valid("LearnAimRef_124", FOURTEEN_TO_SIXTEEN, STARTED_SINCE_2021)
still_valid(
    "LearnAimRef_125",
    FOURTEEN_TO_SIXTEEN,
    also=did_not_end_before_august_2021,
    more=(
        ({"LearnStartDate": "2020-09-01", "LearnActEndDate": ""}, True, "still open"),
        ({"LearnStartDate": "2020-09-01", "LearnActEndDate": "2021-08-01"}, True, "ended that day"),
        ({"LearnStartDate": "2020-09-01", "LearnActEndDate": "2021-07-31"}, False, "ended the day before"),
    ),
)
in_category("LearnAimRef_134", FOURTEEN_TO_SIXTEEN, STARTED_SINCE_2023)

start_is_valid("LearnAimRef_138", ADULT_SKILLS_FUND, ENDED_SINCE_2024)
end_is_valid("LearnAimRef_139", ADULT_SKILLS_FUND, ENDED_SINCE_2024)
new_start_is_valid("LearnAimRef_140", ADULT_SKILLS_FUND, STARTED_SINCE_2024)
still_valid("LearnAimRef_141", ADULT_SKILLS_FUND, STARTED_SINCE_2024)
in_category("LearnAimRef_142", ADULT_SKILLS_FUND, STARTED_SINCE_2024)

start_is_valid("LearnAimRef_143", FREE_COURSES_FOR_JOBS, ENDED_SINCE_2024)
end_is_valid("LearnAimRef_144", FREE_COURSES_FOR_JOBS, ENDED_SINCE_2024)
new_start_is_valid("LearnAimRef_145", FREE_COURSES_FOR_JOBS.but(is_flexible_devolved_free_course), STARTED_SINCE_2024)
still_valid("LearnAimRef_146", FREE_COURSES_FOR_JOBS, STARTED_SINCE_2024)
in_category(
    "LearnAimRef_147", FREE_COURSES_FOR_JOBS.but(project_s, is_flexible_devolved_free_course), STARTED_SINCE_2024
)

start_is_valid("LearnAimRef_148", TAILORED_LEARNING, ENDED_SINCE_2024)
end_is_valid("LearnAimRef_149", TAILORED_LEARNING, ENDED_SINCE_2024)
new_start_is_valid("LearnAimRef_150", TAILORED_LEARNING, STARTED_SINCE_2024)
still_valid("LearnAimRef_151", TAILORED_LEARNING)
in_category("LearnAimRef_152", TAILORED_LEARNING, STARTED_SINCE_2024)

start_is_valid("LearnAimRef_156", SHORT_COURSES)
end_is_valid("LearnAimRef_157", SHORT_COURSES)
new_start_is_valid("LearnAimRef_158", SHORT_COURSES)
still_valid("LearnAimRef_159", SHORT_COURSES)
in_category("LearnAimRef_160", SHORT_COURSES)
