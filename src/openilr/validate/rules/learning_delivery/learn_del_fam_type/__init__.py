"""LearnDelFAMType and LearnDelFAMCode: the funding and monitoring records of an aim, by type of record."""
