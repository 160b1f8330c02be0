"""The fixtures of the store, and a sector that was published once, for these tests."""

from tests.publish.sector import copied, key, rounded, sector, unpublished
from tests.store.fixtures import key_file, store

__all__ = ["copied", "key", "key_file", "rounded", "sector", "store", "unpublished"]
