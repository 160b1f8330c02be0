"""What is compared about two people, and how much each agreement counts.

A comparison is a ladder of levels, best first; the first that holds counts. ``m`` is how often two records of one
person reach the level, ``u`` how often two records of different people do. The numbers here are where training starts
from and what stands in for it where a file is too small: they are our reading of published error rates of
administrative records, and of the births, names and addresses of England.

The conditions are DuckDB SQL over the columns of :mod:`openilr.link.identifiers` with ``_l`` and ``_r``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

#: The level that twins reach.
TWINS = "other name, same birthday and family name"
#: The share of pairs on it, at one postcode, that are one person after all; what is seen in the files corrects it.
#: How many twins there are does not shrink as a file grows, as chance does, so no other agreement may outweigh it.
#: About one maternity in seventy is of twins (source: ONS, birth characteristics), and one person's forename is rarely
#: another one altogether.
ONE_PERSON_AMONG_TWINS = 0.06
TWINS_PER_PERSON = 0.015


def _one_off(one: str, other: str, ends: int) -> str:
    """At most one letter is wrong, missing or too many, or two are changed over.

    Such a slip leaves the first or the last letters as they are: ``ends`` of them are looked at first, which is cheap
    and rules out nearly everybody. Of texts of n letters it can be (n - 1) / 2.
    """
    return (
        f"((left({one}, {ends}) = left({other}, {ends}) or right({one}, {ends}) = right({other}, {ends})) "
        f"and damerau_levenshtein({one}, {other}) <= 1)"
    )


_NEAR = (
    "(jaro_winkler_similarity({0}, {1}) >= 0.92 "
    f"or (length({{0}}) > 2 and length({{1}}) > 2 and {_one_off('{0}', '{1}', 1)}))"
)
_SHORT = "list_has_any({0}, {1})"
#: One name of each stands exactly in the other's place, and the other one nearly or in a short form.
_TURNED = "(given1_l <> given1_r and ({}))".format(
    " or ".join(
        f"({exact} and ({_NEAR.format(*others)} or starts_with({others[1]}, {others[0]}) "
        f"or starts_with({others[0]}, {others[1]}) or coalesce({_SHORT.format(*forms)}, false)))"
        for exact, others, forms in (
            ("given1_l = family_r", ("family_l", "given1_r"), ("family_forms_l", "nicknames_r")),
            ("family_l = given1_r", ("given1_l", "family_r"), ("nicknames_l", "family_forms_r")),
        )
    )
)


@dataclass(frozen=True)
class Level:
    """One rung: a name for people, the condition, m and u. ``fixed`` ones are not trained.

    ``frequency`` names the column whose rarity moves the weight: to share the name Featherstonehaugh says more than to
    share the name Smith.
    """

    name: str
    sql: str
    m: float
    u: float
    frequency: str | None = None
    fixed: bool = False


@dataclass(frozen=True)
class Comparison:
    """A ladder. ``needs`` are the columns without which it says nothing, ``silent`` when it says nothing of a pair."""

    name: str
    needs: tuple[str, ...]
    silent: str
    levels: tuple[Level, ...]


def _null(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


COMPARISONS = (
    Comparison("given", ("given1",), _null("given1"), (
        Level("changed over with the family name", _TURNED, 0.004, 1e-6),
        Level("same", "given1_l = given1_r", 0.85, 0.006, "given1"),
        Level("short form or other spelling",
              f"given_key_l = given_key_r or {_SHORT.format('nicknames_l', 'nicknames_r')}", 0.05, 0.004),
        Level("one letter off", _NEAR.format("given1_l", "given1_r"), 0.05, 0.003),
        Level("a further name shared", "list_has_any(string_split(given_l, ' '), string_split(given_r, ' '))",
              0.01, 0.003),
        Level("initial", "(length(given1_l) = 1 or length(given1_r) = 1) and left(given1_l, 1) = left(given1_r, 1)",
              0.004, 0.001),
        Level("alike: a short form with a slip, two letters off, one within the other, or one sound",
              f"{_SHORT.format('near_forms_l', 'near_forms_r')} or jaro_winkler_similarity(given1_l, given1_r) >= 0.82 "
              "or (length(given1_l) > 4 and length(given1_r) > 4 and damerau_levenshtein(given1_l, given1_r) <= 2) "
              "or (length(given1_l) > 2 and contains(given1_r, given1_l)) "
              "or (length(given1_r) > 2 and contains(given1_l, given1_r)) "
              "or (length(given_sound_l) > 1 and given_sound_l = given_sound_r)", 0.012, 0.015),
        # Everything but the forename is shared by twins, too: see ONE_PERSON_AMONG_TWINS.
        Level(TWINS,
              "dob_l = dob_r and family_l = family_r and length(given1_l) > 1 and length(given1_r) > 1",
              0.0001, 0.8, fixed=True),
        Level("different", "", 0.02, 0.97),
    )),
    Comparison("family", ("family",), f"{_null('family')} or ({_TURNED})", (
        Level("same", "family_l = family_r", 0.88, 0.003, "family"),
        Level("one letter off", _NEAR.format("family_l", "family_r"), 0.05, 0.002),
        Level("part of a double name", "list_has_any(coalesce(parts_l, [family_l]), coalesce(parts_r, [family_r]))",
              0.015, 0.0008),
        Level("alike: two letters off, or one sound",
              "jaro_winkler_similarity(family_l, family_r) >= 0.88 or family_sound_l = family_sound_r "
              "or (length(family_l) > 5 and length(family_r) > 5 and damerau_levenshtein(family_l, family_r) <= 2)",
              0.01, 0.004),
        Level("different", "", 0.045, 0.9922),
    )),
    Comparison("dob", ("dob",), _null("dob"), (
        Level("same", "dob_l = dob_r", 0.965, 0.0003, "dob"),
        Level("day and month changed over", "dob_turned_l = dob_r", 0.006, 0.0001),
        Level("the year before or after", "right(dob_l, 5) = right(dob_r, 5) and abs(born_l - born_r) = 1",
              0.003, 0.0005),
        Level("first of January written for the day",
              "born_l = born_r and (right(dob_l, 5) = '01-01' or right(dob_r, 5) = '01-01')", 0.002, 0.001),
        Level("one digit off", _one_off("dob_l", "dob_r", 4), 0.01, 0.004),
        Level("two of day, month, year",
              "left(dob_l, 7) = left(dob_r, 7) or right(dob_l, 5) = right(dob_r, 5) "
              "or (left(dob_l, 4) = left(dob_r, 4) and right(dob_l, 2) = right(dob_r, 2))",
              0.008, 0.012),
        Level("different", "", 0.005, 0.98),
    )),
    Comparison("sex", ("sex",), _null("sex"), (
        Level("same", "sex_l = sex_r", 0.994, 0.5),
        Level("different", "", 0.006, 0.5),
    )),
    Comparison("postcode", ("postcode",), _null("postcode"), (
        Level("same", "postcode_l = postcode_r", 0.75, 0.00002, "postcode"),
        Level("one character off", _one_off("postcode_l", "postcode_r", 2), 0.02, 0.0001),
        Level("same district", "district_l = district_r", 0.08, 0.0015),
        Level("different", "", 0.15, 0.998),
    )),
    Comparison("address", ("address",), _null("address"), (
        Level("same", "address_l = address_r", 0.6, 0.0001, "address"),
        Level("hardly different", "jaro_winkler_similarity(address_l, address_r) >= 0.94 "
              "or array_length(list_intersect(address_words_l, address_words_r)) * 4 "
              ">= 3 * greatest(array_length(address_words_l), array_length(address_words_r))", 0.1, 0.0002),
        Level("half of the words", "array_length(list_intersect(address_words_l, address_words_r)) * 2 "
              ">= greatest(array_length(address_words_l), array_length(address_words_r))", 0.07, 0.002),
        Level("a word of the address", "array_length(list_intersect(address_words_l, address_words_r)) > 0", 0.06, 0.1),
        Level("different", "", 0.17, 0.8977),
    )),
    Comparison("uln", ("uln",), _null("uln"), (
        Level("same", "uln_l = uln_r", 0.985, 1e-8),
        Level("one digit off", _one_off("uln_l", "uln_r", 2), 0.007, 1e-7),
        Level("different", "", 0.008, 1.0),
    )),
    Comparison("nino", ("nino",), _null("nino"), (
        Level("same", "nino_l = nino_r", 0.985, 1e-8),
        Level("one character off", _one_off("nino_l", "nino_r", 3), 0.007, 1e-7),
        Level("different", "", 0.008, 1.0),
    )),
)  # fmt: skip


def _dice(name: str) -> str:
    """How much two Bloom filters of :mod:`openilr.link.keyed` have in common, 0 to 1."""
    words = range(4)
    both = " + ".join(f"bit_count({name}_bits{n}_l & {name}_bits{n}_r)::int" for n in words)
    each = " + ".join(f"bit_count({name}_bits{n}_l)::int + bit_count({name}_bits{n}_r)::int" for n in words)
    return f"(2.0 * ({both}) / nullif({each}, 0))"


_ENCODED_TURNED = "(given1_l <> given1_r and given1_l = family_r and family_l = given1_r)"
#: The same for encoded people, of whom only equality and the likeness of names can be seen.
ENCODED = (
    Comparison("given", ("given1",), _null("given1"), (
        Level("changed over with the family name", _ENCODED_TURNED, 0.004, 1e-7),
        Level("same", "given1_l = given1_r", 0.85, 0.006, "given1"),
        Level("short form or other spelling",
              f"given_key_l = given_key_r or {_SHORT.format('nicknames_l', 'nicknames_r')}", 0.05, 0.004),
        Level("nearly the same letters", f"{_dice('given1')} >= 0.7", 0.05, 0.003),
        Level("a short form with a slip, or alike",
              f"{_SHORT.format('near_forms_l', 'near_forms_r')} or {_dice('given1')} >= 0.5", 0.015, 0.01),
        Level(TWINS, "dob_l = dob_r and family_l = family_r", 0.0001, 0.8, fixed=True),
        Level("different", "", 0.02, 0.97),
    )),
    Comparison("family", ("family",), f"{_null('family')} or {_ENCODED_TURNED}", (
        Level("same", "family_l = family_r", 0.88, 0.003, "family"),
        Level("nearly the same letters", f"{_dice('family')} >= 0.7", 0.05, 0.002),
        Level("part of a double name", "list_has_any(coalesce(parts_l, [family_l]), coalesce(parts_r, [family_r]))",
              0.015, 0.0008),
        Level("alike", f"family_sound_l = family_sound_r or {_dice('family')} >= 0.5", 0.01, 0.004),
        Level("different", "", 0.045, 0.9922),
    )),
    Comparison("dob", ("dob",), _null("dob"), (
        Level("same", "dob_l = dob_r", 0.965, 0.0003, "dob"),
        Level("day and month changed over", "dob_turned_l = dob_r", 0.006, 0.0001),
        Level("two of day, month, year", "dob_ym_l = dob_ym_r or dob_yd_l = dob_yd_r or dob_md_l = dob_md_r",
              0.02, 0.012),
        Level("different", "", 0.009, 0.98),
    )),
    *(comparison for comparison in COMPARISONS if comparison.name in ("sex",)),
    Comparison("postcode", ("postcode",), _null("postcode"), (
        Level("same", "postcode_l = postcode_r", 0.75, 0.00002, "postcode"),
        Level("same district", "district_l = district_r", 0.1, 0.0015),
        Level("different", "", 0.15, 0.998),
    )),
    *(Comparison(name, (name,), _null(name), (
        Level("same", f"{name}_l = {name}_r", 0.985, 1e-8),
        Level("different", "", 0.015, 1.0),
    )) for name in ("uln", "nino")),
)  # fmt: skip


@dataclass(frozen=True)
class Model:
    """Comparisons with their numbers, and how likely two people drawn at random are one (``prior``).

    ``twins`` is the most that a pair may weigh that could be twins and has no number in common.
    ``trained_on`` says what the numbers came from; it holds counts, and no value of anybody.
    """

    comparisons: tuple[Comparison, ...]
    prior: float
    trained_on: Mapping[str, Any]
    twins: float = -4.0

    def to_json(self) -> str:
        numbers = {c.name: {level.name: [level.m, level.u] for level in c.levels} for c in self.comparisons}
        return json.dumps(
            {"prior": self.prior, "twins": self.twins, "trained_on": dict(self.trained_on), "levels": numbers}, indent=1
        )

    @staticmethod
    def from_json(text: str) -> Model:
        """A saved model. ValueError where its levels are not those of this release."""
        read = json.loads(text)
        comparisons = []
        for comparison in comparing(read["levels"]):
            numbers = read["levels"][comparison.name]
            if numbers.keys() != {level.name for level in comparison.levels}:
                raise ValueError(f"The saved model compares {comparison.name} in other ways than this release.")
            levels = tuple(replace(v, m=numbers[v.name][0], u=numbers[v.name][1]) for v in comparison.levels)
            comparisons.append(replace(comparison, levels=levels))
        return Model(tuple(comparisons), read["prior"], read["trained_on"], read["twins"])


def comparing(names: Iterable[str]) -> tuple[Comparison, ...]:
    """The comparisons of plain people with these names, in their order."""
    return tuple(comparison for comparison in COMPARISONS if comparison.name in names)


def possible(columns: Iterable[str]) -> tuple[Comparison, ...]:
    """The comparisons that can say something where only these columns hold values."""
    held = set(columns)
    known = ENCODED if "given1_bits0" in held or "dob_ym" in held else COMPARISONS
    return tuple(comparison for comparison in known if held.issuperset(comparison.needs))
