"""The command ``ilr``: it parses arguments, calls a stage and prints.

Exit codes of every command: 0 it ran and all is well; 1 it ran, and found errors or refused something; 2 it could not
run, with one plain sentence on the error stream.
"""

from openilr.cli.run import main

__all__ = ["main"]
