"""Pages of the data steward: who returned, freezes, quality, publishing, and requests for numbers."""
