"""Checks of a model: what its coefficients give away about few people.

Normal and score equations make the fitted values of a linear, logit, probit or Poisson model agree with the true ones
on every group whose indicator is a combination of the model's columns. So a model is a table of the means of all such
groups. The checks look for such groups with few people: people with leverage one, groups of equal rows that the model
fits by themselves, 0/1 columns, the category left out of a set of 0/1 columns, and differences of nested columns.

Evidence of a model: ``person``, ``y``, a column ``x:<term>`` for each term, ``fe:<name>`` for absorbed effects, and
``weight`` where people are weighted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from openilr.disclose.outputs.findings import Finding
from openilr.disclose.outputs.kinds import ESTIMATORS, BadOutput, Output
from openilr.disclose.outputs.policy import Policy
from openilr.disclose.outputs.table_checks import plain_text

if TYPE_CHECKING:
    import polars as pl

__all__ = ["check_model", "read_terms"]

_NUMBERS = ("estimate", "std_error", "statistic", "p_value", "low", "high")
_CONTENT = {"estimator", "outcome", "formula", "terms", "n", "degrees_of_freedom", "fit", "effects", "errors"}
_FIT = {"r_squared", "adjusted_r_squared", "log_likelihood", "pseudo_r_squared", "first_stage_f", "concordance"}
#: So near must standard errors be to those worked out again; programs correct them in several ways.
_NEAR = 0.1


def read_terms(output: Output) -> list[dict[str, Any]]:
    """The model's terms, each with its numbers; BadOutput for another form."""
    content = output.content
    if content.keys() - _CONTENT or {"estimator", "outcome", "terms"} - content.keys():
        raise BadOutput(f"A model's content has other keys than {', '.join(sorted(_CONTENT))}.")
    if content["estimator"] not in ESTIMATORS:
        raise BadOutput(f"The estimator {str(content['estimator'])[:40]!r} is not known.")
    terms, fit = content["terms"], content.get("fit", {})
    good = isinstance(terms, list) and len(terms) <= 500 and all(
        isinstance(t, dict) and isinstance(t.get("term"), str) and not t.keys() - {"term", *_NUMBERS}
        and all(_number(t.get(k)) for k in _NUMBERS) for t in terms
    )  # fmt: skip
    if not good or not isinstance(fit, dict) or fit.keys() - _FIT or not all(_number(v) for v in fit.values()):
        raise BadOutput("A model's terms have a name and numbers, and its fit is made of known measures.")
    texts = [str(content["outcome"]), str(content.get("formula", "")), *(t["term"] for t in terms)]
    if not all(len(t) <= 1000 and plain_text(t) for t in texts) or any(len(t["term"]) > 120 for t in terms):
        raise BadOutput("A model's names are short plain text.")
    return terms


def _number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def check_model(output: Output, policy: Policy) -> Iterator[Finding]:
    """Findings on the model and the rows that it was made of."""
    terms, rows = read_terms(output), output.rows
    if rows is None or not {"person", "y"} <= set(rows.columns):
        raise BadOutput("A model needs its evidence: person, y, and a column for each term.")
    if rows.null_count().sum_horizontal().sum():
        raise BadOutput("The evidence of a model has no missing values.")
    names = [c.removeprefix("x:") for c in rows.columns if c.startswith("x:")]
    if unknown := [t["term"] for t in terms if t["term"] not in names]:
        told = f"The evidence holds no column for {', '.join(unknown[:5])}: a person must see what this is."
        yield Finding("regression", "review", told)
    source, settings = policy.source("regression"), policy["regression"]
    x = rows.select([f"x:{n}" for n in names]).to_numpy().astype(float)
    effects = [c for c in rows.columns if c.startswith("fe:")]
    n, k = rows.height, x.shape[1] + sum(rows[c].n_unique() - 1 for c in effects)
    people = rows["person"].n_unique()
    if people < policy.threshold:
        yield Finding("threshold", "fail", f"The model has {people} people.", (), policy.source("threshold"))
    least = int(settings["residual_degrees_of_freedom"])
    if n - k < least:
        yield Finding(
            "regression", "fail", f"{n - k} residual degrees of freedom; at least {least} are asked for.", (), source
        )
    if not np.isfinite(x).all() or n == 0:
        raise BadOutput("The evidence of a model holds numbers only.")
    few = int(settings["persons_per_category"])
    persons = rows["person"].rank("dense").to_numpy()
    yield from _groups(x, names, persons, few, source)
    yield from _leverage(x, effects, rows, persons, few, source)
    yield from _outcomes(x, names, rows["y"].to_numpy().astype(float), few, source)
    yield from _agrees(output, terms, x, names, rows, effects)


def _people(mask: np.ndarray, persons: np.ndarray) -> int:
    return len(np.unique(persons[mask])) if mask.any() else 0


def _groups(x: np.ndarray, names: list[str], persons: np.ndarray, few: int, source: str) -> Iterator[Finding]:
    """0/1 columns with few people on either side, alone, together (the category left out) and as differences."""
    binary = [j for j in range(x.shape[1]) if set(np.unique(x[:, j])) == {0.0, 1.0}]
    told: list[str] = []
    for j in binary:
        for value, word in ((1, "one"), (0, "zero")):
            count = _people(x[:, j] == value, persons)
            if 0 < count < few:
                told.append(f"{names[j]} is {word} for {count} people")
    for j, m in itertools.combinations(binary, 2):
        both = (x[:, j] * x[:, m]).sum()
        for big, small in ((j, m), (m, j)):
            if both == x[:, small].sum() and both < x[:, big].sum():
                count = _people((x[:, big] == 1) & (x[:, small] == 0), persons)
                if 0 < count < few:
                    told.append(f"{names[big]} without {names[small]} leaves {count} people")
    for cluster in _exclusive(x, binary):
        if len(cluster) > 1:
            rest = x[:, cluster].sum(1) == 0
            count = _people(rest, persons)
            if 0 < count < few:
                told.append(f"the category beside {', '.join(names[j] for j in cluster[:3])} has {count} people")
    if told:
        yield Finding("regression", "fail", f"Few people behind a category: {'; '.join(told[:5])}.", (), source)


def _exclusive(x: np.ndarray, binary: list[int]) -> Iterator[list[int]]:
    """Sets of 0/1 columns of which at most one is 1: all that can be grown from each column, in the columns' order."""
    overlap = (x[:, binary].T @ x[:, binary]) > 0
    seen = set()
    for start in range(len(binary)):
        cluster = [start]
        for j in [*range(start + 1, len(binary)), *range(start)]:
            if not overlap[j, cluster].any():
                cluster.append(j)
        key = tuple(sorted(cluster))
        if key not in seen:
            seen.add(key)
            yield [binary[j] for j in key]


def _leverage(
    x: np.ndarray, effects: list[str], rows: pl.DataFrame, persons: np.ndarray, few: int, source: str
) -> Iterator[Finding]:
    """People, and groups of equal rows, whose own mean the model fits exactly."""
    within = _without_effects(x, effects, rows)
    scale = np.where(np.abs(within).max(0) > 0, np.abs(within).max(0), 1)
    u, s, _ = np.linalg.svd(within / scale, full_matrices=False)
    q = u[:, s > s.max(initial=0) * 1e-10]
    h = np.einsum("ij,ij->i", q, q)
    design = np.hstack([x, *[rows[c].rank("dense").to_numpy()[:, None] for c in effects]]).round(9)
    kinds = np.unique(np.ascontiguousarray(design).view(f"V{design.itemsize * design.shape[1]}"), return_inverse=True)[
        1
    ]
    kinds = kinds.ravel()
    sizes = np.bincount(kinds)
    # For rows that are all equal, leverage is at most 1 / their number; at that, the model fits their mean.
    alone = h * sizes[kinds] > 1 - 1e-6
    small = [k for k in np.unique(kinds[alone]) if _people(kinds == k, persons) < few]
    if small:
        one = sum(1 for k in small if sizes[k] == 1)
        yield Finding(
            "regression", "fail",
            f"The model is a table in disguise: it fits {len(small)} groups of fewer than {few} people by themselves"
            + (f", {one} of them a single person (leverage one)." if one else "."), (), source,
        )  # fmt: skip


def _without_effects(x: np.ndarray, effects: list[str], rows: pl.DataFrame) -> np.ndarray:
    """Columns after absorbed effects are taken out (means of groups, in turns until still)."""
    out = x.astype(float).copy()
    codes = [rows[c].rank("dense").to_numpy().astype(int) - 1 for c in effects]
    for _ in range(200 if len(codes) > 1 else len(codes)):
        before = out.copy()
        for code in codes:
            count = np.bincount(code)
            for j in range(out.shape[1]):
                out[:, j] -= (np.bincount(code, out[:, j]) / np.maximum(count, 1))[code]
        if np.abs(out - before).max(initial=0) < 1e-10:
            break
    return out


def _outcomes(x: np.ndarray, names: list[str], y: np.ndarray, few: int, source: str) -> Iterator[Finding]:
    """A yes/no outcome by a 0/1 column is a table of counts."""
    values = np.unique(y)
    if len(values) == 1:
        yield Finding("classes", "fail", "Everybody has the same outcome.", (), source)
    if len(values) != 2:
        return
    whole, small = [], []
    for j in range(x.shape[1]):
        levels = np.unique(x[:, j])
        if len(levels) != 2:
            continue
        for level in levels:
            part = y[x[:, j] == level]
            counts = [(part == v).sum() for v in values]
            if min(counts) == 0:
                whole.append(f"{names[j]} = {level:g}")
            elif min(counts) < few:
                small.append(f"{names[j]} = {level:g} ({min(counts)} people)")
    if whole:
        yield Finding(
            "classes", "fail", f"The outcome is the same for everybody with {', '.join(whole[:5])}.", (), source
        )
    if small:
        yield Finding(
            "regression", "fail", f"Few people have one of the outcomes where {', '.join(small[:5])}; coefficients and "
            "counts together can tell how many.", (), source,
        )  # fmt: skip


def _agrees(
    output: Output, terms: list[dict[str, Any]], x: np.ndarray, names: list[str], rows: pl.DataFrame, effects: list[str]
) -> Iterator[Finding]:
    """The numbers are those of this model on these rows: else they could be anything, rows of data among it.

    Coefficients solve the model's own equations; standard errors are near the robust ones, or those of the clusters;
    what follows from both is worked out again.
    """
    kind = output.content["estimator"]
    given = {t["term"]: t for t in terms}
    used = [n for n in names if n in given] if kind == "instrumental variables" else names
    if set(used) != set(given) or len(terms) != len(given):
        yield Finding(
            "agreement", "review", "The model's terms are not those of its rows; nothing was worked out again."
        )
        return
    if any(given[n].get("estimate") is None for n in used):
        yield Finding("agreement", "review", "Some coefficients have no value.")
        return
    # What is not shown (nan here) says nothing.
    said = {k: np.array([given[n].get(k) for n in used], float) for k in _NUMBERS}
    if not _follows(said):
        yield Finding("agreement", "fail", "Statistics, p-values or intervals do not follow from estimates and errors.")
    beta = said["estimate"]
    move, error, most = _newton(kind, beta, x, [names.index(n) for n in used], rows, effects)
    if (np.abs(move) > 0.01 * error + 1e-6 * np.abs(beta)).any():
        yield Finding("agreement", "fail", "The coefficients are not those of this model on these rows.")
    elif "by " in str(output.content.get("errors", "")) and "cluster" not in rows.columns:
        yield Finding("agreement", "review", "Standard errors by groups could not be worked out again without these.")
    elif ((said["std_error"] < (1 - _NEAR) * error) | (said["std_error"] > (1 + _NEAR) * most)).any():
        yield Finding("agreement", "fail", "The standard errors are not those of this model on these rows.")


def _follows(said: dict[str, np.ndarray]) -> bool:
    from scipy.stats import norm

    beta, error = said["estimate"], said["std_error"]
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = beta / error
    wide = norm.ppf(0.975) * error
    pairs = [
        (said["statistic"], statistic), (said["low"], beta - wide), (said["high"], beta + wide),
        (said["p_value"], 2 * norm.sf(np.abs(statistic))),
    ]  # fmt: skip
    scale = 1e-6 * (1 + np.nan_to_num(np.abs(error)))
    near = [np.isnan(one) | np.isclose(one, other, rtol=1e-3, atol=scale) for one, other in pairs]
    return bool(np.all(near))


def _newton(
    kind: str, beta: np.ndarray, x: np.ndarray, used: list[int], rows: pl.DataFrame, effects: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From coefficients: one step of Newton's method, which goes nowhere from the right ones; and their standard
    errors, robust or by cluster, without any and with the largest correction for few rows."""
    weight = rows["weight"].to_numpy().astype(float) if "weight" in rows.columns else np.ones(len(x))
    y = rows["y"].to_numpy().astype(float)
    if kind == "cox":
        from statsmodels.duration.hazard_regression import PHReg

        model = PHReg(y, x, status=rows["event"].to_numpy().astype(float), ties="efron")
        information = -model.hessian(beta)
        error = np.sqrt(np.abs(np.diag(np.linalg.pinv(information))))
        return np.linalg.lstsq(information, model.score(beta), rcond=None)[0], error, error
    if effects:
        within = _without_effects(np.column_stack([x, y]), effects, rows)
        x, y = within[:, :-1], within[:, -1]
    left = right = x
    if kind == "instrumental variables":  # its second column is the one that the others stand for
        tools = np.delete(x, 1, 1)
        right = x[:, used]
        left = tools @ np.linalg.lstsq(tools, right, rcond=None)[0]
    eta = right @ beta
    if kind == "poisson":
        gap, slope = y - np.exp(eta), np.exp(eta)
    elif kind == "logit":
        p = 1 / (1 + np.exp(-eta))
        gap, slope = y - p, p * (1 - p)
    elif kind == "probit":
        from scipy.stats import norm

        p, density = norm.cdf(eta).clip(1e-12, 1 - 1e-12), norm.pdf(eta)
        gap, slope = (y - p) * density / (p * (1 - p)), density**2 / (p * (1 - p))
    else:
        gap, slope = y - eta, np.ones(len(x))
    scores = left * (gap * weight)[:, None]
    bread = np.linalg.pinv((left * (slope * weight)[:, None]).T @ right)
    n, k = len(x), len(beta) + sum(rows[c].n_unique() - 1 for c in effects)
    few = n / max(n - k, 1)
    if "cluster" in rows.columns:
        code = rows["cluster"].rank("dense").to_numpy().astype(int) - 1
        groups = code.max() + 1
        scores = np.column_stack([np.bincount(code, scores[:, j], minlength=groups) for j in range(scores.shape[1])])
        few *= groups / max(groups - 1, 1)
    error = np.sqrt(np.abs(np.diag(bread @ (scores.T @ scores) @ bread.T)))
    return bread @ (left * (gap * weight)[:, None]).sum(0), error, error * np.sqrt(few)
