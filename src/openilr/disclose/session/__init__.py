"""The controlled session: a researcher's code goes to the data, and only typed outputs come back.

>>> session = run_session(Path("analysis.py"), Setting({"learner": frame}))     # doctest: +SKIP
>>> session.words(), session.returned.outputs                                    # doctest: +SKIP
"""

from openilr.disclose.session.console import Console
from openilr.disclose.session.run import Session, Setting, run_console, run_session
from openilr.disclose.session.sandbox import Limits, NoSandbox
from openilr.disclose.session.script import ScriptError

__all__ = ["Console", "Limits", "NoSandbox", "ScriptError", "Session", "Setting", "run_console", "run_session"]
