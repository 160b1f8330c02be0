"""A synthetic sector: returns and reference data that look real and describe nobody."""

from openilr.synth.reference import write_reference
from openilr.synth.returns import Written, file_name, write_return

__all__ = ["Written", "file_name", "write_reference", "write_return"]
