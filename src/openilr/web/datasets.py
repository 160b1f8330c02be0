"""The data sets that the service serves: one library and one reader for the process."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from openilr.publish.datasets import Library
from openilr.publish.datasets.query import Reader


@cache
def library() -> Library:
    return Library(settings.STORE)


@cache
def reader() -> Reader:
    return Reader()
