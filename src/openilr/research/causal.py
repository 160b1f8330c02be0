"""Comparing people who took part with others: matching, weighting, difference-in-differences, event studies.

None of these makes a comparison causal by itself. Each says in its docstring what has to be true.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from openilr.research.errors import ResearchError
from openilr.research.models import absorbed, design, evidence, made, ols, term
from openilr.research.record import Result
from openilr.research.sample import Sample

__all__ = ["Matched", "difference_in_differences", "event_study", "match", "weight"]


@dataclass(frozen=True)
class Matched:
    """Matched people: ``sample`` holds the treated and their partners (column ``pair``), ``lost`` the treated without
    one, ``balance`` standardised differences before and after, for looking at."""

    sample: Sample
    treated: str
    lost: int
    balance: pl.DataFrame

    def effect(self, outcome: str) -> Result:
        """Mean difference of the outcome within pairs; errors by pair."""
        got = ols(self.sample, f"{outcome} ~ {self.treated}", cluster="pair")
        return replace(got, content={**got.content, "estimator": "matching"})


def match(sample: Sample, treated: str, on: str, *, exact: list[str] | None = None, caliper: float = 0.2) -> Matched:
    """One untreated person to each treated: nearest by the propensity score of ``on`` (the right side of a formula),
    within ``exact`` columns, each used once, at most ``caliper`` standard deviations of the logit away.

    It stands or falls with this: whoever has the same values of ``on`` would have fared the same without treatment.
    """
    frame, d, x, names, _ = design(sample, f"{treated} ~ {on}", *(exact or []))
    score = _logit_score(d, x)
    width = caliper * score.std()
    groups = (
        frame.select(exact).with_row_index("at").partition_by(exact)
        if exact
        else [pl.DataFrame({"at": range(frame.height)})]
    )
    pairs: list[tuple[int, int]] = []
    for group in groups:
        at = group["at"].to_numpy()
        pairs += _nearest(at[d[at] == 1], at[d[at] == 0], score, width)
    if not pairs:
        raise ResearchError("Nobody could be matched; widen the caliper or match on less.")
    chosen = np.array(pairs)
    rows = np.concatenate([chosen[:, 0], chosen[:, 1]])
    number = np.tile(np.arange(len(pairs)), 2)
    kept = frame[rows].with_columns(pair=pl.Series(number))
    before, after = _balance(x, d), _balance(x[rows], d[rows])
    balance = pl.DataFrame({"column": names, "before": before, "after": after}).filter(pl.col("column") != "Intercept")
    step = {"words": f"matched on {on}", "before": sample.people, "after": kept[sample.person].n_unique()}
    matched = replace(sample, frame=kept, filters=(*sample.filters, step))
    return Matched(matched, treated, int((d == 1).sum()) - len(pairs), balance)


def _logit_score(d: np.ndarray, x: np.ndarray) -> np.ndarray:
    import statsmodels.api as sm

    if not set(np.unique(d)) == {0.0, 1.0}:
        raise ResearchError("The column of treatment is 0 or 1, with people of both.")
    return x @ sm.Logit(d, x).fit(disp=0, maxiter=200).params


def _nearest(treated: np.ndarray, others: np.ndarray, score: np.ndarray, width: float) -> list[tuple[int, int]]:
    """Greedy, hardest first (the highest scores have the fewest like them)."""
    order = others[np.argsort(score[others], kind="stable")]
    values, free = score[order], np.ones(len(order), bool)
    found = []
    for t in treated[np.argsort(-score[treated], kind="stable")]:
        low = np.searchsorted(values, score[t] - width)
        high = np.searchsorted(values, score[t] + width, side="right")
        open_ = np.flatnonzero(free[low:high]) + low
        if len(open_):
            best = open_[np.argmin(np.abs(values[open_] - score[t]))]
            free[best] = False
            found.append((int(t), int(order[best])))
    return found


def _balance(x: np.ndarray, d: np.ndarray) -> np.ndarray:
    one, none = x[d == 1], x[d == 0]
    spread = np.sqrt((one.var(0) + none.var(0)) / 2)
    return np.divide(one.mean(0) - none.mean(0), spread, out=np.zeros(x.shape[1]), where=spread > 0)


def weight(
    sample: Sample, treated: str, outcome: str, on: str, *, effect: str = "treated", trim: float = 0.01
) -> Result:
    """Inverse propensity weighting: the effect on the ``treated`` or on ``all``.

    People whose score is below ``trim`` or above 1 - ``trim`` are left out. It needs what matching needs, and people
    of both kinds at every score.
    """
    frame, d, x, _, _ = design(sample, f"{treated} ~ {on}", outcome)
    p = 1 / (1 + np.exp(-_logit_score(d, x)))
    keep = (p > trim) & (p < 1 - trim)
    if effect not in ("treated", "all"):
        raise ResearchError("effect is 'treated' or 'all'.")
    w = np.where(d == 1, 1, p / (1 - p)) if effect == "treated" else np.where(d == 1, 1 / p, 1 / (1 - p))
    frame, d, w = frame.filter(pl.Series(keep)), d[keep], w[keep]
    y = frame[outcome].to_numpy().astype(float)
    design_ = np.column_stack([np.ones(len(d)), d])
    inverse = np.linalg.inv((design_ * w[:, None]).T @ design_)
    beta = inverse @ (design_ * w[:, None]).T @ y
    score = design_ * (w * (y - design_ @ beta))[:, None]
    errors = np.sqrt(np.diag(inverse @ (score.T @ score) @ inverse))
    terms = [term(n, b, e) for n, b, e in zip(["Intercept", treated], beta, errors, strict=True)]
    rows = evidence(sample, frame, y, design_, ["Intercept", treated], weight=w)
    return made(
        sample, "weighting", outcome, f"{outcome} ~ {treated}, weighted on {on}", terms, rows, {}, errors="robust"
    )


def difference_in_differences(
    sample: Sample, outcome: str, treated: str, after: str, *, unit: str, time: str, cluster: str | None = None
) -> Result:
    """The change of the treated less the change of the others, with effects of unit and time absorbed.

    ``treated`` and ``after`` are 0/1 columns. It needs this: without treatment both groups would have moved alike. An
    event study shows whether they did before. With treatment that begins at several times use ``event_study``.
    """
    both = sample.with_columns(treated_after=(pl.col(treated) * pl.col(after)).cast(pl.Float64))
    return absorbed(both, f"{outcome} ~ treated_after", [unit, time], cluster or unit, "difference in differences")


def event_study(
    sample: Sample, outcome: str, since: str, *, unit: str, time: str, first: int, last: int, before: int = -1,
    cluster: str | None = None,
) -> Result:  # fmt: skip
    """Effects by time since treatment: ``since`` counts periods from it (0 its first), empty for people never treated.

    Times before ``first`` and after ``last`` are put together with these; ``before`` is the one compared with.
    Estimates ahead of 0 should be about nothing; if they are not, the groups were not alike.
    """
    columns, names = [], []
    for step in range(first, last + 1):
        if step == before:
            continue
        name = f"t{'m' if step < 0 else 'p'}{abs(step)}"
        at: Any = pl.col(since).clip(first, last) == step
        columns.append(at.fill_null(False).cast(pl.Float64).alias(name))
        names.append((name, f"{step:+d}" if step else "0"))
    ready = sample.with_columns(*columns)
    got = absorbed(
        ready, f"{outcome} ~ {' + '.join(n for n, _ in names)}", [unit, time], cluster or unit, "event study"
    )
    words = {n: f"{since} {w}" for n, w in names}
    terms = [{**t, "term": words[t["term"]]} for t in got.content["terms"]]
    rows = got.rows.rename({f"x:{n}": f"x:{w}" for n, w in words.items()})
    return replace(got, content={**got.content, "terms": terms}, rows=rows, frame=pl.DataFrame(terms))
