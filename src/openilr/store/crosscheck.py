"""The ILR beside other sources: what is missing on either side, and what differs. Nobody is refused for it.

With the apprenticeship service by ULN and standard; with Ofqual's register by qualification number, which is the
LearnAimRef without its slashes (``603/1234/5`` is ``60312345``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openilr.store.errors import StoreError

if TYPE_CHECKING:
    import polars as pl
    from ibis.backends.duckdb import Backend

    from openilr.store.store import Store

#: The sources, and the reference table that each is added as.
SOURCES = {"apprenticeship-service": "apprenticeship_records", "qualifications": "qualifications"}
#: Days by which a date may differ before it is told: the service keeps months, the ILR days.
DAYS = 31
#: Pounds by which an agreed price may differ.
POUNDS = 1.0
_KEY = ["UKPRN", "ULN", "StandardCode"]


def of(store: Store, source: str, year: str | None, return_name: str | None) -> pl.DataFrame:
    """A return of the store beside a source that was added to it. StoreError where it was not."""
    import polars as pl

    from openilr.store.quality.measuring import meant

    if source not in SOURCES:
        raise StoreError(f"There is no source {source!r} to check against: write {' or '.join(SOURCES)}.")
    reference = store.reference()
    if reference is None or SOURCES[source] not in reference.names:
        raise StoreError(f"The store holds no {SOURCES[source]}: add the file with `ilr reference add`.")
    year, return_name, members = meant(store, year, return_name, None)
    connection = store.connect(year, return_name)
    if source == "qualifications":
        return with_register(connection, reference["qualifications"])
    vault = store.vault()
    ulns = pl.concat([vault.identifiers(s.id, "Learner").select("learner_key", "ULN") for s in members])
    return with_apprenticeship_service(connection, ulns, reference["apprenticeship_records"])


def with_apprenticeship_service(connection: Backend, ulns: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """One row for each difference: UKPRN, ULN, StandardCode, what, ilr, service. It names people: not for everyone.

    ``connection`` has the national views of one return, ``ulns`` learner_key and ULN from the vault, ``records`` the
    reference table ``apprenticeship_records``. What: ``missing in the service``, ``missing in the ILR``, ``start``,
    ``planned end``, ``price``.
    """
    import polars as pl

    table, money = connection.table("learning_delivery"), connection.table("app_fin_record")
    programmes = table.filter((table.AimType == 1) & (table.ProgType == 25)).select(
        "learner_key", "row", "LearnStartDate", "LearnPlanEndDate", UKPRN="ukprn", StandardCode="StdCode"
    )
    aims = programmes.to_polars().join(ulns.unique("learner_key"), on="learner_key", how="left")
    prices = money.filter(money.AFinType == "TNP").select("parent", "AFinCode", "AFinDate", "AFinAmount", UKPRN="ukprn")
    agreed = _agreed(prices.to_polars())
    ilr = aims.join(agreed, left_on=["UKPRN", "row"], right_on=["UKPRN", "parent"], how="left")
    # A restart stands twice in the ILR and once in the service: the latest spell is compared, with the first start.
    ilr = ilr.sort("LearnStartDate").group_by(_KEY, maintain_order=True).agg(
        pl.col("LearnStartDate").first().alias("start"), pl.col("LearnPlanEndDate").last().alias("planned end"),
        pl.col("price").last(),
    )  # fmt: skip
    service = records.sort("StartDate").group_by(_KEY, maintain_order=True).agg(
        pl.col("StartDate").first().alias("start_too"), pl.col("PlannedEndDate").last().alias("planned end_too"),
        pl.col("AgreedPrice").last().alias("price_too"),
    )  # fmt: skip
    ukprns = set(ilr["UKPRN"]) & set(service["UKPRN"])
    both = pl.col("UKPRN").is_in(list(ukprns))
    ilr, service = ilr.filter(both), service.filter(both)
    nothing = [pl.lit(None, pl.String).alias("ilr"), pl.lit(None, pl.String).alias("service")]
    parts = [
        one.join(other, on=_KEY, how="anti").select(*_KEY, pl.lit(words).alias("what"), *nothing)
        for one, other, words in ((ilr, service, "missing in the service"), (service, ilr, "missing in the ILR"))
    ]
    matched = ilr.join(service, on=_KEY)
    for name in ("start", "planned end", "price"):
        gap = (pl.col(name) - pl.col(f"{name}_too")).abs()
        far = gap > POUNDS if name == "price" else gap.dt.total_days() > DAYS
        parts.append(
            matched.filter(far).select(
                *_KEY, pl.lit(name).alias("what"), pl.col(name).cast(pl.String).str.strip_suffix(".0").alias("ilr"),
                pl.col(f"{name}_too").cast(pl.String).str.strip_suffix(".0").alias("service"),
            )
        )  # fmt: skip
    return pl.concat(parts).sort(_KEY)


def _agreed(prices: pl.DataFrame) -> pl.DataFrame:
    """The price in force: the latest training (TNP 1 or 3) and assessment price (2 or 4) of each aim together."""
    import polars as pl

    return (
        prices.with_columns(part=pl.col("AFinCode") % 2)
        .sort("AFinDate", "AFinCode")
        .group_by("UKPRN", "parent", "part", maintain_order=True)
        .agg(pl.col("AFinAmount").last())
        .group_by("UKPRN", "parent", maintain_order=True)
        .agg(price=pl.col("AFinAmount").sum().cast(pl.Float64))
    )


def learn_aim_ref(qualification_number: str) -> str:
    """``603/1234/5`` as LARS and the ILR write it."""
    return re.sub(r"[^0-9A-Za-z]", "", qualification_number).upper()


def with_register(connection: Backend, qualifications: pl.DataFrame) -> pl.DataFrame:
    """Aims counted by whether Ofqual's register knows them: LearnAimRef, aims, known, title, owner, status, and
    ``after_end`` (aims that began after the qualification's operational end).

    Only aims whose reference has the form of a qualification number: class codes (``ZPROG001``) are in no register."""
    import polars as pl

    aims = connection.table("learning_delivery").select("LearnAimRef", "LearnStartDate").to_polars()
    aims = aims.filter(pl.col("LearnAimRef").str.contains(r"^\d{7}[\dX]$"))
    register = qualifications.select(
        pl.col("QualificationNumber").str.replace_all(r"[^0-9A-Za-z]", "").str.to_uppercase().alias("LearnAimRef"),
        title="QualificationTitle", owner="OwnerOrganisationName", status="QualificationStatus",
        _end="OperationalEndDate",
    ).unique("LearnAimRef", keep="last")  # fmt: skip
    joined = aims.join(register.with_columns(known=pl.lit(True)), on="LearnAimRef", how="left")
    return (
        joined.group_by("LearnAimRef")
        .agg(
            aims=pl.len(), known=pl.col("known").first().fill_null(False), title=pl.col("title").first(),
            owner=pl.col("owner").first(), status=pl.col("status").first(),
            after_end=(pl.col("LearnStartDate") > pl.col("_end")).sum(),
        )
        .sort("aims", "LearnAimRef", descending=[True, False])
    )  # fmt: skip
