"""Rules that compare records."""
