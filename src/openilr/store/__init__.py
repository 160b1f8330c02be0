"""Accepted returns: what each provider sent, what was kept of it, and the national views over all of it.

A store is a folder. Its catalogue says which files count; analysis tables are Parquet without direct identifiers;
identifiers and reports lie encrypted in a vault that only linking reads. The reasons are in
``docs/decisions/0010-store-and-vault.md``.

>>> store = Store.init("sector-store")                               # doctest: +SKIP
>>> store.submit(tables, report, file=path, return_name="R14")       # doctest: +SKIP
>>> store.returns()                                                  # doctest: +SKIP
"""

from openilr.store.acceptance import Acceptance
from openilr.store.errors import StoreBusy, StoreError, VaultError
from openilr.store.store import Store

__all__ = ["Acceptance", "Store", "StoreBusy", "StoreError", "VaultError"]
