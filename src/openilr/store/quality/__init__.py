"""How good the data are, field by field: counts, a plain rating with its reason, and words of caution.

>>> quality = store.quality("2526", "R14")                 # doctest: +SKIP
>>> quality.rating("LearningDelivery.Outcome").rating      # doctest: +SKIP
'good'
>>> quality.footnotes(["Learner.Ethnicity"])               # doctest: +SKIP
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from openilr import years
from openilr.store.errors import StoreError
from openilr.store.quality import notes
from openilr.store.quality.facts import CAUTIONS, KIND_OF
from openilr.store.quality.profile import Counts
from openilr.store.quality.rating import RATINGS, Rating, rate

if TYPE_CHECKING:
    import polars as pl

__all__ = ["CAUTIONS", "RATINGS", "Counts", "Quality", "Rating", "rate"]


@dataclass(frozen=True)
class Quality:
    """The quality of one state of the data. ``state`` is a snapshot or a return; ``compared_with`` the state before."""

    state: str
    year: str
    return_name: str
    compared_with: str | None
    providers: int
    counts: tuple[Counts, ...]
    identifiers: bool  #: whether the fields in the vault were looked at
    cautions: tuple[str, ...] = CAUTIONS

    @property
    def ratings(self) -> dict[str, Rating]:
        """By the field's dotted name, in the order of the specification."""
        return {rating.field: rating for rating in map(rate, self.counts)}

    def rating(self, field: str) -> Rating:
        """One field's rating. StoreError with a suggestion where there is none of that name."""
        found = self.ratings
        if field not in found:
            near = get_close_matches(field, found, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise StoreError(f"There is no rating of a field {field}.{hint}")
        return found[field]

    def footnotes(self, fields: Iterable[str], *, published: bool = False) -> list[str]:
        """Sentences for below a table, or beside an extract, that uses these fields (or columns made of them): one for
        each that is not good, then the caution about causes. ``published``: without shares, for anybody's eyes."""
        found = self.ratings
        used = [found[field] for field in notes.sources(fields) if field in found]
        said = [
            f"{r.field} is {'' if r.rating == 'not rated' else 'rated '}{r.rating} in {self.state}. "
            f"{r.published if published else r.reason}"
            for r in used
            if r.rating != "good"
        ]
        return [*said, notes.CAUSES]

    def frame(self) -> pl.DataFrame:
        """One row a field: entity, field, title, rating, reason, and the counts."""
        import polars as pl

        rows = []
        for one in self.fields():
            counted = {name: len(one[name]) for name in ("unknown_codes", "outliers")}
            contradicting = sum(check["rows"] for check in one["inconsistent"])
            rows.append({**one, **counted, "inconsistent": contradicting})
        return pl.DataFrame(rows, infer_schema_length=None).drop("provider_shares", strict=False)

    def fields(self) -> list[dict[str, Any]]:
        """As JSON has them: each field's counts, shares (0 to 1, null where there is nothing to share), rating."""
        schema = years.load(self.year).schema
        rows = []
        for one in self.counts:
            rating = rate(one)
            about = asdict(one)
            shares = about.pop("providers")
            rows.append({
                "entity": one.entity, "field": one.field, "title": schema.field(rating.field).title,
                "kind": KIND_OF.get(one.field, "provider"), "rating": rating.rating, "reason": rating.reason,
                "completeness": one.filled / one.applicable if one.applicable else None,
                **{name: value for name, value in about.items() if name not in ("entity", "field")},
                "provider_shares": [round(share, 4) for share in shares],
            })  # fmt: skip
        return rows

    def to_dict(self) -> dict[str, Any]:
        about = {n: getattr(self, n) for n in ("state", "year", "compared_with", "providers", "identifiers")}
        return {**about, "return": self.return_name, "cautions": list(self.cautions), "fields": self.fields()}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def to_text(self) -> str:
        from openilr.store.quality.report import text

        return text(self)

    def to_html(self) -> str:
        """A page by itself: no script, no file beside it."""
        from openilr.store.quality.report import html

        return html(self)

    @staticmethod
    def from_dict(said: dict[str, Any]) -> Quality:
        """What ``to_dict`` gave."""
        names = Counts.__dataclass_fields__
        counts = []
        for one in said["fields"]:
            values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in one.items() if n in names}
            counts.append(Counts(**{**values, "providers": tuple(one["provider_shares"])}))
        return Quality(
            said["state"], said["year"], said["return"], said["compared_with"], said["providers"], tuple(counts),
            said["identifiers"], tuple(said["cautions"]),
        )  # fmt: skip
