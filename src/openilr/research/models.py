"""Regressions: ordinary least squares, logit, probit, Poisson, fixed effects, instrumental variables, Cox.

Formulas as in R: ``"earnings ~ treated + C(Sex) + age"``. Rows with an empty value in a column of the formula are left
out and counted. Standard errors allow for unequal variance (HC1), or for groups with ``cluster``.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import polars as pl

from openilr.research.errors import ResearchError
from openilr.research.record import Result, number
from openilr.research.sample import Sample

__all__ = ["cox", "fixed_effects", "instrumental", "logit", "ols", "poisson", "probit"]


def ols(sample: Sample, formula: str, *, cluster: str | None = None, weights: str | None = None) -> Result:
    """Least squares."""
    return _linear(sample, formula, "ols", cluster, weights)


def logit(sample: Sample, formula: str, *, cluster: str | None = None) -> Result:
    """Logistic regression of a 0/1 outcome; coefficients are log odds ratios."""
    return _linear(sample, formula, "logit", cluster, None)


def probit(sample: Sample, formula: str, *, cluster: str | None = None) -> Result:
    """Probit regression of a 0/1 outcome."""
    return _linear(sample, formula, "probit", cluster, None)


def poisson(sample: Sample, formula: str, *, cluster: str | None = None) -> Result:
    """Poisson regression of a count."""
    return _linear(sample, formula, "poisson", cluster, None)


def design(
    sample: Sample, formula: str, *others: str | None
) -> tuple[pl.DataFrame, np.ndarray, np.ndarray, list[str], str]:
    """The complete rows of a formula: frame, outcome, matrix, names of its columns, name of the outcome."""
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError

    kept = [c for c in others if c]
    words = [w for w in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", formula) if w in sample.frame.columns]
    outcome, tilde, right = formula.partition("~")
    if not tilde:
        raise ResearchError(f"{formula!r} is no formula: write outcome ~ column + column.")
    sample.need(*kept)
    frame = sample.frame.drop_nulls(list(dict.fromkeys([*words, *kept])))
    if frame.is_empty():
        raise ResearchError("No row has a value in every column of the formula.")
    data = frame.select(list(dict.fromkeys(words))).to_pandas()
    try:
        y = np.asarray(model_matrix(f"0 + {outcome}", data), float)
        x = model_matrix(right, data, output="pandas")
    except (FormulaicError, KeyError, NameError, ValueError) as problem:
        raise ResearchError(f"The formula can not be read: {str(problem).splitlines()[0][:200]}") from None
    if y.shape[1] != 1:
        raise ResearchError("The outcome is one column of numbers.")
    matrix = np.asarray(x, float)
    rank = np.linalg.matrix_rank(matrix / np.maximum(np.abs(matrix).max(0), 1e-12))
    if rank < matrix.shape[1]:
        raise ResearchError("Some columns of the formula are combinations of others; leave one out.")
    return frame, y[:, 0], matrix, [str(c) for c in x.columns], outcome.strip()


def evidence(
    sample: Sample, frame: pl.DataFrame, y: np.ndarray, x: np.ndarray, names: list[str], **more: Any
) -> pl.DataFrame:
    """The rows of a model as the checks read them."""
    columns = {f"x:{n}": x[:, j] for j, n in enumerate(names)}
    return pl.DataFrame({"person": frame[sample.person], "y": y, **columns, **more})


def groups(frame: pl.DataFrame, cluster: str | None) -> dict[str, pl.Series]:
    """What standard errors allow for, as evidence."""
    return {"cluster": frame[cluster].rank("dense")} if cluster else {}


def term(name: str, estimate: float, error: float, distribution: Any = None) -> dict[str, Any]:
    """One row of a model: estimate, standard error, statistic, p-value and 95% interval (normal, unless given)."""
    from scipy.stats import norm

    d = distribution or norm
    statistic = estimate / error if error else np.nan
    wide = d.ppf(0.975) * error
    return {
        "term": name, "estimate": number(estimate), "std_error": number(error), "statistic": number(statistic),
        "p_value": number(2 * d.sf(abs(statistic))), "low": number(estimate - wide), "high": number(estimate + wide),
    }  # fmt: skip


def made(
    sample: Sample, estimator: str, outcome: str, formula: str, terms: list[dict[str, Any]], rows: pl.DataFrame,
    fit: dict[str, Any], **more: Any,
) -> Result:  # fmt: skip
    """A model as a result."""
    content = {
        "estimator": estimator, "outcome": outcome, "formula": formula, "terms": terms, "n": rows.height,
        "fit": {k: number(v) for k, v in fit.items() if v is not None}, **more,
    }  # fmt: skip
    return Result("model", content, rows, sample.context(rows), pl.DataFrame(terms), f"{estimator}({formula})")


def _linear(sample: Sample, formula: str, kind: str, cluster: str | None, weights: str | None) -> Result:
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    frame, y, x, names, outcome = design(sample, formula, cluster, weights)
    if kind in ("logit", "probit") and not set(np.unique(y)) <= {0.0, 1.0}:
        raise ResearchError(f"The outcome of a {kind} is 0 or 1.")
    errors: dict[str, Any] = {"cov_type": "HC1"}
    if cluster:
        errors = {"cov_type": "cluster", "cov_kwds": {"groups": frame[cluster].rank("dense").to_numpy()}}
    w = frame[weights].to_numpy().astype(float) if weights else None
    model = {
        "ols": lambda: sm.OLS(y, x) if w is None else sm.WLS(y, x, weights=w), "logit": lambda: sm.Logit(y, x),
        "probit": lambda: sm.Probit(y, x), "poisson": lambda: sm.Poisson(y, x),
    }[kind]()  # fmt: skip
    try:
        got = model.fit(**errors) if kind == "ols" else model.fit(disp=0, maxiter=200, tol=1e-10, **errors)
    except (PerfectSeparationError, np.linalg.LinAlgError):
        raise ResearchError("The model has no solution: some column tells the outcome for certain.") from None
    if kind != "ols" and not got.mle_retvals["converged"]:
        raise ResearchError("The model did not settle; use fewer or wider categories.")
    terms = [term(n, b, e) for n, b, e in zip(names, got.params, got.bse, strict=True)]
    fit = {"r_squared": got.rsquared, "adjusted_r_squared": got.rsquared_adj} if kind == "ols" else {
        "pseudo_r_squared": got.prsquared, "log_likelihood": got.llf}  # fmt: skip
    more: dict[str, Any] = {} if w is None else {"weight": w}
    more |= groups(frame, cluster)
    rows = evidence(sample, frame, y, x, names, **more)
    said = f"by {cluster}" if cluster else "robust (HC1)"
    return made(sample, kind, outcome, formula, terms, rows, fit, degrees_of_freedom=int(got.df_resid), errors=said)


def fixed_effects(sample: Sample, formula: str, effects: str | list[str], *, cluster: str | None = None) -> Result:
    """Least squares with absorbed effects (a column or several), by pyfixest. Effects themselves are not released."""
    return absorbed(sample, formula, [effects] if isinstance(effects, str) else effects, cluster, "fixed effects")


def absorbed(sample: Sample, formula: str, effects: list[str], cluster: str | None, kind: str) -> Result:
    """A model with absorbed effects under its name."""
    import pyfixest as pf

    frame, y, x, names, outcome = design(sample, formula, cluster, *effects)
    keep = [j for j, n in enumerate(names) if n != "Intercept"]
    x, names = x[:, keep], [names[j] for j in keep]
    data = pl.DataFrame({"y": y, **{f"x{j}": x[:, j] for j in range(len(names))}})
    data = data.with_columns(**{f"fe{i}": frame[e].rank("dense") for i, e in enumerate(effects)})
    data = data.with_columns(cl=frame[cluster].rank("dense") if cluster else pl.lit(0))
    right = " + ".join(f"x{j}" for j in range(len(names)))
    got = pf.feols(
        f"y ~ {right} | {' + '.join(f'fe{i}' for i in range(len(effects)))}", data.to_pandas(),
        vcov={"CRV1": "cl"} if cluster else "HC1", fixef_rm="none",
    )  # fmt: skip
    tidy = got.tidy()
    if len(tidy) < len(names):
        raise ResearchError("Some columns do not vary within the effects; leave them out.")
    terms = [term(n, tidy.loc[f"x{j}", "Estimate"], tidy.loc[f"x{j}", "Std. Error"]) for j, n in enumerate(names)]
    rows = evidence(
        sample,
        frame,
        y,
        x,
        names,
        **{f"fe:{e}": frame[e].cast(pl.String) for e in effects},
        **groups(frame, cluster),
    )
    said = f"by {cluster}" if cluster else "robust (HC1)"
    return made(
        sample, kind, outcome, f"{formula} | {' + '.join(effects)}", terms, rows, {"r_squared": got._r2},
        effects=effects, errors=said,
    )  # fmt: skip


def instrumental(
    sample: Sample, formula: str, endogenous: str, instruments: str | list[str], *, cluster: str | None = None
) -> Result:
    """Two-stage least squares. ``formula`` has the outcome and the exogenous columns (``1`` for none)."""
    import pyfixest as pf

    tools = [instruments] if isinstance(instruments, str) else instruments
    frame, y, x, names, outcome = design(sample, formula, cluster, endogenous, *tools)
    keep = [j for j, n in enumerate(names) if n != "Intercept"]
    x, names = x[:, keep], [names[j] for j in keep]
    d = frame[endogenous].to_numpy().astype(float)
    z = frame.select(tools).to_numpy().astype(float)
    data = pl.DataFrame({"y": y, "d": d, **{f"x{j}": x[:, j] for j in range(len(names))}})
    data = data.with_columns(**{f"z{i}": z[:, i] for i in range(len(tools))})
    data = data.with_columns(cl=frame[cluster].rank("dense") if cluster else pl.lit(0))
    right = " + ".join(f"x{j}" for j in range(len(names))) or "1"
    got = pf.feols(
        f"y ~ {right} | d ~ {' + '.join(f'z{i}' for i in range(len(tools)))}", data.to_pandas(),
        vcov={"CRV1": "cl"} if cluster else "HC1",
    )  # fmt: skip
    tidy = got.tidy()
    place = {"Intercept": "Intercept", "d": endogenous, **{f"x{j}": n for j, n in enumerate(names)}}
    terms = [term(place[str(k)], row["Estimate"], row["Std. Error"]) for k, row in tidy.iterrows()]
    got.first_stage()
    got.IV_Diag()
    used = np.column_stack([np.ones(len(y)), d, x, z])
    columns = ["Intercept", endogenous, *names, *tools]
    rows = evidence(sample, frame, y, used, columns, **groups(frame, cluster))
    written = f"{formula} | {endogenous} ~ {' + '.join(tools)}"
    return made(
        sample, "instrumental variables", outcome, written, terms, rows,
        {"first_stage_f": got._f_stat_1st_stage}, errors=f"by {cluster}" if cluster else "robust (HC1)",
    )  # fmt: skip


def cox(sample: Sample, formula: str, event: str) -> Result:
    """Cox regression: ``"time ~ column + column"`` and the 0/1 column of the event; estimates are log hazard ratios."""
    from statsmodels.duration.hazard_regression import PHReg

    frame, y, x, names, outcome = design(sample, formula, event)
    keep = [j for j, n in enumerate(names) if n != "Intercept"]
    x, names = x[:, keep], [names[j] for j in keep]
    happened = frame[event].to_numpy().astype(float)
    got = PHReg(y, x, status=happened, ties="efron").fit()
    terms = [term(n, b, e) for n, b, e in zip(names, got.params, got.bse, strict=True)]
    rows = evidence(sample, frame, y, x, names, event=happened)
    return made(sample, "cox", outcome, formula, terms, rows, {"log_likelihood": got.llf}, errors="from the likelihood")
