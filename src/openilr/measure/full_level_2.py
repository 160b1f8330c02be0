"""Full level 2 participation."""

from openilr.measure.full_level import full_level

MEASURE = full_level(2)
