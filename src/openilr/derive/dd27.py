"""DD27: is the provider a college or grant funded provider?

Source: DfE, derived data for validation, 2025-26 and 2026-27.
"""

from openilr.derive.expressions import Expr, Record

LEGAL_TYPES = ("USFC", "USDC", "USAH", "USAD", "UGFE", "UHEO", "ULEA", "ULAD", "USCL", "LAFB", "UFES", "SSPS")


def dd27(record: Record) -> Expr:
    """True (Y) where the organisation list gives the provider's UKPRN one of these legal types."""
    return record.lookup("organisations", "LegalOrgType", UKPRN=record.UKPRN).is_in(LEGAL_TYPES)
