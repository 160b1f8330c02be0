"""Everything released from one data vintage, and what a new release would give away together with it.

>>> ledger = Ledger.open(store, ["2526-R14-1"])              # doctest: +SKIP
>>> ledger.attack(published, threshold=10).exposed                  # doctest: +SKIP
"""

from openilr.disclose.ledger.attack import Attack, Exposure, attack
from openilr.disclose.ledger.ledger import Ledger, LedgerError
from openilr.disclose.ledger.published import ALL, PatternTable, Published

__all__ = ["ALL", "Attack", "Exposure", "Ledger", "LedgerError", "PatternTable", "Published", "attack"]
