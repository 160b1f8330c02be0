"""What can go wrong with access, in one plain sentence each. No message holds a value of a learner's record."""

from __future__ import annotations


class AccessError(Exception):
    """What was asked could not be done: bad input, or something that is not there. The message says what to do."""


class Refused(AccessError):
    """What was asked is against the rules of access, and was written into the audit log as refused."""


class AuditError(AccessError):
    """The audit log is not as it was written. Nothing is decided or opened until a person has looked."""
