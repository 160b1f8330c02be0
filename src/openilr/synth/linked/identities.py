"""How each source writes people down: with names, dates and addresses that are not always right.

Rates can be set. What a source has wrong stays wrong in all of its rows of one person; another source errs elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from openilr.link.names import nickname_groups
from openilr.synth import geography
from openilr.synth.linked.people import Batch

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Rates:
    """Shares of records, from 0 to 1, with each kind of error; ``twin`` and ``others`` are per learner.

    ``married`` is the share of women over 22 whose family name has changed; ``old_address`` of those who moved.
    """

    typo: float = 0.02
    nickname: float = 0.05
    second_name: float = 0.08
    names_swapped: float = 0.003
    married: float = 0.12
    day_month_swapped: float = 0.006
    wrong_date: float = 0.005
    wrong_sex: float = 0.002
    wrong_postcode: float = 0.03
    old_address: float = 0.3
    missing_uln: float = 0.35
    missing_nino: float = 0.05
    missing_name: float = 0.001
    twin: float = 0.01
    others: float = 0.3

    @staticmethod
    def of(text: str | None) -> Rates:
        """Rates changed as ``typo=0.05,twin=0``; ValueError says what is wrong."""
        known = {field.name for field in fields(Rates)}
        changed = {}
        for part in filter(None, (text or "").split(",")):
            name, _, value = part.strip().partition("=")
            if name not in known:
                raise ValueError(f"There is no error rate {name!r}: choose from {', '.join(sorted(known))}.")
            try:
                changed[name] = float(value)
            except ValueError:
                changed[name] = -1.0
            if not 0 <= changed[name] <= (10 if name == "others" else 1):
                raise ValueError(f"The rate of {name} is a share from 0 to 1, such as {name}=0.05.")
        return replace(Rates(), **changed)


@dataclass(frozen=True)
class Names:
    """What a person is called over life: the family name changes for some women on a day."""

    changed: Any
    new_family: Any
    second: Any


def names(random: Generator, batch: Batch, rates: Rates) -> Names:
    import numpy as np

    who = batch.who
    married = (who["sex"] == "F") & (random.random(batch.size) < rates.married)
    day = (
        who["born"] + np.timedelta64(22 * 365, "D") + random.integers(0, 15 * 365, batch.size).astype("timedelta64[D]")
    )
    other = who["family"][random.integers(0, batch.size, batch.size)]
    second = who["given"][random.integers(0, batch.size, batch.size)]
    return Names(np.where(married, day, np.datetime64("9999-12-31")), other, second)


def identity(random: Generator, batch: Batch, rates: Rates, known: Names, on: date | None) -> dict[str, Any]:
    """Identifiers of people as one source has them on a day (None: as they were as children).

    Arrays of text for given_names, family_name, date_of_birth, sex and postcode, of all people; null where missing.
    """
    import numpy as np

    who, size = batch.who, batch.size
    day = np.datetime64(on) if on is not None else np.datetime64("1900-01-01")
    family = np.where(known.changed <= day, known.new_family, who["family"])
    given = who["given"].copy()
    short = _rows(random, size, rates.nickname)
    given[short] = [_short(random, name) for name in given[short]]
    second = _rows(random, size, rates.second_name)
    given[second] = given[second] + " " + known.second[second]
    for column in (given, family):
        wrong = _rows(random, size, rates.typo)
        column[wrong] = [_typo(random, name) for name in column[wrong]]
    swapped = _rows(random, size, rates.names_swapped)
    given[swapped], family[swapped] = family[swapped], given[swapped]
    missing = _rows(random, size, rates.missing_name)
    given[missing] = None
    sex = who["sex"].copy()
    wrong = _rows(random, size, rates.wrong_sex)
    sex[wrong] = np.where(sex[wrong] == "F", "M", "F")
    moved = who["moved"] <= day
    late = random.random(size) < rates.old_address
    home = np.where(moved & ~late, who["home"], who["first_home"])
    wrong = _rows(random, size, rates.wrong_postcode)
    home[wrong] = (home[wrong] + random.integers(1, 40, len(wrong))) % geography.POSTCODES
    return {
        "given_names": given, "family_name": family, "date_of_birth": _dates(random, who["born"], rates), "sex": sex,
        "postcode": postcodes(home),
    }  # fmt: skip


def postcodes(homes: Any) -> Any:
    import numpy as np

    return np.array([_postcode(int(home)) for home in homes], dtype=object)


@cache
def _postcode(home: int) -> str:
    return geography.postcode(home)


def without(random: Generator, values: Any, share: float) -> Any:
    """The values as text, null for a share of them."""
    import numpy as np

    text = np.array([str(value) for value in values], dtype=object)
    text[random.random(len(text)) < share] = None
    return text


def only(wanted: Any, values: Any) -> Any:
    """The values where they are wanted, null elsewhere."""
    import numpy as np

    found = np.full(len(wanted), None, dtype=object)
    found[wanted] = np.broadcast_to(np.asarray(values, dtype=object), len(wanted))[wanted]
    return found


def _rows(random: Generator, size: int, share: float) -> np.ndarray[Any, Any]:
    import numpy as np

    return np.flatnonzero(random.random(size) < share)


def _dates(random: Generator, born: Any, rates: Rates) -> Any:
    """ISO text, some with day and month changed over where that is a date, some with a wrong day or year."""
    import numpy as np

    text = np.datetime_as_string(born, unit="D").astype(object)
    for i in _rows(random, len(born), rates.day_month_swapped):
        year, month, day = text[i].split("-")
        if int(day) <= 12:
            text[i] = f"{year}-{day}-{month}"
    for i in _rows(random, len(born), rates.wrong_date):
        year, month, day = text[i].split("-")
        text[i] = (
            f"{int(year) + 1}-{month}-{min(int(day), 28):02d}" if i % 2 else f"{year}-{month}-{(int(day) % 28) + 1:02d}"
        )
    return text


def _short(random: Generator, name: str) -> str:
    """Another form of a name where one is known, else its first letter."""
    forms = _forms().get(name.casefold())
    return forms[int(random.integers(len(forms)))].capitalize() if forms else name[:1]


@cache
def _forms() -> dict[str, list[str]]:
    groups: dict[int, list[str]] = {}
    for word, numbers in nickname_groups().items():
        for number in numbers:
            groups.setdefault(number, []).append(word)
    forms: dict[str, list[str]] = {}
    for words in groups.values():
        for word in words:
            forms.setdefault(word, []).extend(sorted(set(words) - {word}))
    return forms


def _typo(random: Generator, name: str) -> str:
    """One letter changed, left out, doubled or changed over with the next."""
    if len(name) < 2:
        return name
    place = int(random.integers(1, len(name)))
    letter = _LETTERS[int(random.integers(26))]
    kind = int(random.integers(4))
    if kind == 0:
        return name[:place] + letter + name[place + 1 :]
    if kind == 1:
        return name[:place] + name[place + 1 :]
    if kind == 2:
        return name[:place] + name[place] + name[place:]
    return name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]
