"""What may leave, and in which form.

``outputs`` checks what researchers made, kind by kind, and fails closed; ``ledger`` holds everything that was released
and what it gives away together; ``session`` is the room in which research code runs; ``tables`` protects tables that
are published, with certificates.
"""

from openilr.disclose.errors import DisclosureError

__all__ = ["DisclosureError"]
