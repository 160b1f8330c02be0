"""Outputs of research: typed, checked, made again from their content, and released by people.

>>> output = read_output(path)                      # doctest: +SKIP
>>> verdict = check(output, Context(), ledger)      # doctest: +SKIP
>>> verdict.status, verdict.words()                 # doctest: +SKIP
"""

from openilr.disclose.outputs.check import Context, check
from openilr.disclose.outputs.findings import Finding, Verdict, advice
from openilr.disclose.outputs.kinds import KINDS, BadOutput, Output, read_output
from openilr.disclose.outputs.policy import Policy, load_policy
from openilr.disclose.outputs.safer import WAYS

__all__ = [
    "KINDS", "WAYS", "BadOutput", "Context", "Finding", "Output", "Policy", "Verdict", "advice", "check", "load_policy",
    "read_output",
]  # fmt: skip
