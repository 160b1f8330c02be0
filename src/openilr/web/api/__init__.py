"""The public API, which clients of explore education statistics can call, with a few answers more."""
