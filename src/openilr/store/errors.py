"""What can go wrong in a store, in one plain sentence each. No message holds a value from a learner's record."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do what was asked; the message says why and what to do."""


class StoreBusy(StoreError):
    """Another process is writing to the store."""


class VaultError(StoreError):
    """The vault's key is missing or wrong, or a vault file was changed."""
