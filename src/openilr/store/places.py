"""Where a postcode lies: areas, deprivation and grid reference, from the reference data of the day of acceptance.

Sources: ONS Postcode Directory or National Statistics Postcode Lookup; English Indices of Deprivation, File 7;
District to Combined Authority lookup (ONS), or the adult skills fund postcode files where that is not given.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

#: Small areas in England: by their number an edition of the indices is known (source: the indices' own notes).
SMALL_AREAS = {"IoD2025": 33_755, "IoD2019": 32_844, "IoD2015": 32_844}
#: Who funds adult skills at a postcode (LearnDelFAMCode of SOF), as the ONS code of that authority. Cornwall and other
#: single councils that are no combined authority are left out.
FUNDERS = {
    "110": "E47000001", "111": "E47000004", "112": "E47000007", "113": "E47000009", "114": "E47000006",
    "115": "E47000008", "116": "E61000001", "117": "E47000014", "118": "E47000002", "119": "E47000003",
    "120": "E47000014", "121": "E47000013", "122": "E47000012", "124": "E47000015", "126": "E47000016",
    "127": "E47000017",
}  # fmt: skip
#: Upper ends of the bands of the distance between home and delivery, in kilometres.
BANDS = ((2, "under 2"), (5, "2 to 5"), (10, "5 to 10"), (20, "10 to 20"), (50, "20 to 50"))
FARTHEST = "over 50"
NOWHERE = "ZZ99 9ZZ"  #: unknown, or no place at all: distance learning
_AREAS = ("region", "lad", "lsoa", "mca", "pcon", "imd_decile")


def band(kilometres: pl.Expr) -> pl.Expr:
    """The band of a distance, such as "2 to 5" for 2 up to, not including, 5 km. Null where it is not known."""
    import polars as pl

    banded: Any = pl.when(kilometres.is_null()).then(pl.lit(None, pl.String))
    for limit, name in BANDS:
        banded = banded.when(kilometres < limit).then(pl.lit(name))
    return banded.otherwise(pl.lit(FARTHEST))


class Places:
    """Looks postcodes up in one edition of the reference data. What was looked up once is kept."""

    def __init__(self, reference: Any, on: date) -> None:
        """``on``: the day for which it matters who funds a postcode."""
        self._reference, self._on = reference, on
        self._known: pl.DataFrame | None = None
        self._has = {t for t in ("postcodes", "deprivation", "combined_authorities", "devolved_postcodes")
                     if reference is not None and t in reference.names}  # fmt: skip

    @cached_property
    def edition(self) -> str | None:
        """Which indices of deprivation the deciles come from, such as ``IoD2025``; None without any."""
        if "deprivation" in self._has:
            name = self._reference.headers("deprivation").get("LSOA", "")
            if "2021" in name or "21cd" in name.lower():
                return "IoD2025"
            if "2011" in name or "11cd" in name.lower():
                return "IoD2019"
            rows = self._reference["deprivation"].height
            return "IoD2025" if rows > SMALL_AREAS["IoD2019"] else "IoD2019"
        if "postcodes" not in self._has:
            return None
        name = self._reference.headers("postcodes").get("imd", "").lower()
        return {"imd25ind": "IoD2025", "imd20ind": "IoD2019", "imd19ind": "IoD2019", "imd": "IoD2019"}.get(name)

    def of(self, postcodes: pl.Series, prefix: str = "") -> pl.DataFrame:
        """One row for each postcode given, in order: region, lad, lsoa, mca, pcon, imd_decile (null where not
        known), with ``prefix`` before each name; and east, north in metres for the distance."""
        import polars as pl

        from openilr.reference.values import postcode

        asked = pl.DataFrame({"pcds": postcodes}).with_columns(postcode(pl.col("pcds")))
        wanted = asked["pcds"].drop_nulls().unique()
        wanted = wanted.filter(wanted != NOWHERE)
        if self._known is None:
            self._known = self._look_up(wanted)
        else:
            new = wanted.filter(~wanted.is_in(self._known["pcds"].implode()))
            if len(new):
                self._known = pl.concat([self._known, self._look_up(new)])
        found = asked.join(self._known, on="pcds", how="left", maintain_order="left")
        return found.select(*(pl.col(name).alias(f"{prefix}{name}") for name in _AREAS), "east", "north")

    def _look_up(self, wanted: pl.Series) -> pl.DataFrame:
        import polars as pl

        frame = pl.DataFrame({"pcds": wanted}, schema={"pcds": pl.String})
        columns = ["ctry", "rgn", "lad", "pcon", "lsoa21", "lsoa11", "imd", "oseast1m", "osnrth1m", "gridind"]
        if "postcodes" in self._has:
            found = self._reference.lookup("postcodes", "pcds", wanted, ["pcds", *columns])
            frame = frame.join(found.unique("pcds", keep="last"), on="pcds", how="left")
        else:
            ints = {"imd", "oseast1m", "osnrth1m", "gridind"}
            nothing = [pl.lit(None, pl.Int32 if c in ints else pl.String).alias(c) for c in columns]
            frame = frame.with_columns(nothing)
        in_england = pl.col("ctry") == "E92000001"
        on_grid = pl.col("gridind").is_null() | (pl.col("gridind") != 9)
        frame = frame.with_columns(
            region=pl.when(pl.col("rgn").str.starts_with("E12")).then("rgn").when(~in_england).then("ctry"),
            lsoa=pl.coalesce("lsoa21", "lsoa11"),
            east=pl.when(on_grid).then("oseast1m"),
            north=pl.when(on_grid).then("osnrth1m"),
        )
        return self._with_decile(self._with_mca(frame)).select("pcds", *_AREAS, "east", "north")

    def _with_decile(self, frame: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        if "deprivation" in self._has:
            deciles = self._reference["deprivation"].select("LSOA", imd_decile="IMDDecile")
            # Areas that did not change between 2011 and 2021 kept their code.
            key = pl.coalesce("lsoa21", "lsoa11") if self.edition == "IoD2025" else pl.coalesce("lsoa11", "lsoa21")
            return frame.with_columns(LSOA=key).join(deciles, on="LSOA", how="left")
        if self.edition is None:
            return frame.with_columns(imd_decile=pl.lit(None, pl.Int32))
        areas = SMALL_AREAS[self.edition]
        decile = ((pl.col("imd") * 10 + areas - 1) // areas).clip(1, 10).cast(pl.Int32)
        in_england = (pl.col("ctry") == "E92000001") & (pl.col("imd") > 0)
        return frame.with_columns(imd_decile=pl.when(in_england).then(decile))

    def _with_mca(self, frame: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        if "combined_authorities" in self._has:
            names = self._reference["combined_authorities"].select(lad="LAD", mca="CAUTH")
            return frame.join(names, on="lad", how="left")
        if "devolved_postcodes" not in self._has:
            return frame.with_columns(mca=pl.lit(None, pl.String))
        wanted = ["Postcode", "SourceOfFunding", "EffectiveFrom", "EffectiveTo"]
        funders = self._reference.lookup("devolved_postcodes", "Postcode", frame["pcds"], wanted)
        now = (pl.col("EffectiveFrom").is_null() | (pl.col("EffectiveFrom") <= self._on)) & (
            pl.col("EffectiveTo").is_null() | (pl.col("EffectiveTo") >= self._on)
        )
        known = (
            funders.filter(now)
            .with_columns(mca=pl.col("SourceOfFunding").replace_strict(FUNDERS, default=None, return_dtype=pl.String))
            .drop_nulls("mca")
            .sort("EffectiveFrom", nulls_last=False)
            .unique("Postcode", keep="last")
            .select(pcds="Postcode", mca="mca")
        )
        return frame.join(known, on="pcds", how="left")
