"""Linked sources of a synthetic sector: the same people at school, in higher education, in work and on benefits.

Everybody exists once; each source sees some of them, with its own numbers and its own errors. What they do depends on
what they achieved, by known effects; the folder ``truth`` says who is who and what was planted.
"""

from openilr.synth.linked.identities import Rates
from openilr.synth.linked.writing import LinkedWriter

__all__ = ["LinkedWriter", "Rates"]
