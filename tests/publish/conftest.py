"""The fixtures of the store, for these tests."""

from tests.store.fixtures import key_file, store

__all__ = ["key_file", "store"]
