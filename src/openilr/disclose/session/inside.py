"""What runs inside the room: bounds on this process, then the researcher's script, then how it ended.

Started as ``python -m openilr.disclose.session.inside USER PROCESSES BYTES SCRIPT``; where SCRIPT is ``-``, cells are
read one by one, each a line of JSON with a mark to print when it has ended. Nothing here is trusted: the script can
change all of it. What it leaves in the folder of outputs is read and checked outside.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import signal
import sys
import traceback
from pathlib import Path


def main() -> int:
    import resource

    user, processes, most, script = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    for which, bound in (
        (resource.RLIMIT_NPROC, processes), (resource.RLIMIT_FSIZE, most), (resource.RLIMIT_NOFILE, 1024),
        (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(which, (bound, bound))
    sys.argv = [script]
    if script == "-":
        return _console()
    namespace = {"__name__": "__main__", "__file__": script}
    report: dict[str, object] = {"ended": "well"}
    try:
        code = compile(Path(script).read_text("utf-8"), script, "exec")
        exec(code, namespace)  # noqa: S102 - this is what the room is for
    except SystemExit as end:
        report = {"ended": "well" if end.code in (None, 0) else "error", "kind": "SystemExit"}
    except BaseException as problem:
        traceback.print_exc()
        report = {"ended": "error", "kind": type(problem).__name__, "line": _line(problem, script)}
    Path(os.environ["OPENILR_OUTPUTS"], "run.json").write_text(json.dumps(report), "utf-8")
    return 0 if report["ended"] == "well" else 1


def _console() -> int:
    """Cells from standard input; the last expression of each is printed, as at a prompt."""
    requests = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the cells' own standard input is empty
    namespace: dict[str, object] = {"__name__": "__main__"}
    number = 0
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only a cell is interrupted
    while line := requests.readline():
        request = json.loads(line)
        number += 1
        name = f"<cell {number}>"
        linecache.cache[name] = (len(request["cell"]), None, request["cell"].splitlines(keepends=True), name)
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            tree = ast.parse(request["cell"], name)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, name, "exec"), namespace)  # noqa: S102 - this is what the room is for
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)  # noqa: S307 - the same
                if value is not None:
                    print(repr(value))
        except SystemExit:
            break
        except BaseException:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            _, problem, trace = sys.exc_info()
            traceback.print_exception(problem.with_traceback(trace.tb_next if trace else None))  # type: ignore[union-attr]
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print(request["mark"], end="", flush=True)
    Path(os.environ["OPENILR_OUTPUTS"], "run.json").write_text(json.dumps({"ended": "well"}), "utf-8")
    return 0


def _line(problem: BaseException, script: str) -> int | None:
    if isinstance(problem, SyntaxError) and problem.filename == script:
        return problem.lineno
    lines = [f.lineno for f in traceback.extract_tb(problem.__traceback__) if f.filename == script]
    return lines[-1] if lines else None


if __name__ == "__main__":
    sys.exit(main())
