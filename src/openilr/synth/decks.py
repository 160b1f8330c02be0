"""Draws without putting back: a sector of any seed holds the planned number of each category, and chance says who.

A deck has as many cards of each category as its share asks for; parts of a card are kept for the next deck. A deck is
an eighth of the people of its group, so that one provider's learners vary almost as a random sample does, while what is
left of the last deck moves the whole by less than a fifth of a standard error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

_DECKS, _LEAST, _MOST = 8, 20, 8192
#: The key of a deck for all of a group has a group and a characteristic; a longer one is for about a tenth of it.
_WHOLE, _PARTS = 2, 10

Key = tuple[str, ...]


class Deck:
    """Cards of the categories, dealt at random."""

    def __init__(self, shares: Mapping[str, float], size: int, random: Random) -> None:
        total = sum(shares.values())
        self._refill = {name: size * share / total for name, share in shares.items()}
        # Each category owes a part of a card at first: else the last cards of early decks are too often the rarest.
        self._cards = {name: -random.random() for name in shares}

    def deal(self, random: Random) -> str:
        """One card."""
        while sum(self._cards.values()) < 1:
            for name, cards in self._refill.items():
                self._cards[name] += cards
        left = {name: cards for name, cards in self._cards.items() if cards > 0}
        name = random.choices(list(left), list(left.values()))[0]
        self.remove(name)
        return name

    def remove(self, name: str) -> None:
        """A card less, for somebody who came to the category in another way."""
        self._cards[name] -= 1


class Decks:
    """A deck for each characteristic of each group; ``people`` is about how many of each group are to come."""

    def __init__(self, people: Mapping[str, int], seed: int = 0) -> None:
        self._people, self._seed = people, seed
        self._decks: dict[Key, Deck] = {}
        self._dealt: list[str] = []

    def deal(self, random: Random, key: Key, shares: Mapping[str, float]) -> str:
        """A card of the deck of this name; the key begins with the group."""
        name = self._deck(key, shares).deal(random)
        self._dealt.append(name)
        return name

    def remove(self, key: Key, shares: Mapping[str, float], name: str) -> None:
        self._deck(key, shares).remove(name)

    def dealt(self) -> tuple[str, ...]:
        """What was dealt since this was last asked."""
        dealt, self._dealt = tuple(self._dealt), []
        return dealt

    def _deck(self, key: Key, shares: Mapping[str, float]) -> Deck:
        if key not in self._decks:
            size = self._people.get(key[0], 0) // (_DECKS if len(key) == _WHOLE else _DECKS * _PARTS)
            random = Random(f"{self._seed} {key}")  # noqa: S311 - made-up people, not secrets
            self._decks[key] = Deck(shares, max(_LEAST, min(_MOST, size)), random)
        return self._decks[key]


class Again(Decks):
    """Deals what was dealt before, so that a career can be made a second time."""

    def __init__(self, dealt: Sequence[str]) -> None:
        super().__init__(Counter())
        self._rest = iter(dealt)

    def deal(self, random: Random, key: Key, shares: Mapping[str, float]) -> str:  # noqa: ARG002
        random.random()  # as the deck did
        return next(self._rest)

    def remove(self, key: Key, shares: Mapping[str, float], name: str) -> None:
        pass
