"""What ACRO says of the cases that bench_disclose.py writes, in an environment of its own (it pins an older pandas):

    python -m venv acro-environment
    acro-environment/bin/pip install acro==1.0.2
    acro-environment/bin/python benchmarks/acro_answers.py CASES.json [--no-zeros]

Prints one JSON list: for each case the status of each of its outputs (pass, review or fail), or what error it ended
with. Thresholds are set to those of the cases; --no-zeros tells ACRO that an empty cell gives nobody away.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

import acro
import pandas as pd

logging.disable(logging.CRITICAL)


def answers(case: dict, settings: dict) -> list[str]:
    """The statuses of one case's outputs, asked for one after the other in one ACRO session."""
    session = acro.ACRO(suppress=False)
    session.config.update(settings)
    session.sdc_checks.risk_appetite.update(settings)
    try:
        if case["kind"] == "regression":
            session.ols(pd.Series(case["y"], name="y"), pd.DataFrame(case["x"], columns=case["names"]))
        for table in case.get("tables", []):
            frame = pd.DataFrame(table["rows"], columns=table["dims"])
            index = [frame[d] for d in table["dims"][:-1]] or [pd.Series(["all"] * len(frame), name="all")]
            session.crosstab(index, frame[table["dims"][-1]], margins=True)
    except Exception as problem:
        return [f"error: {type(problem).__name__}"]
    return [record.status for record in session.results.results.values()]


def main() -> None:
    asked = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    settings = {"safe_threshold": asked["threshold"], "safe_dof_threshold": asked["degrees_of_freedom"]}
    if "--no-zeros" in sys.argv:
        settings["zeros_are_disclosive"] = False
    os.chdir(tempfile.mkdtemp())
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        found = [answers(case, settings) for case in asked["cases"]]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
