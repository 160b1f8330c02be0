"""What can keep files from being linked."""

from __future__ import annotations


class LinkError(Exception):
    """Files can not be linked. The message is one plain sentence that names the file, and row and column if any."""
