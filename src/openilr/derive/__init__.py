"""The published derived-data items (DD01 ...), one module each, and the language that they are written in.

:mod:`~openilr.derive.expressions` is the language, :mod:`~openilr.derive.frames` evaluates it over tables, and
:mod:`~openilr.derive.codes` holds the small questions that many items and rules share.
"""
