"""UKPRN: whether the provider has a contract for what it returns."""
