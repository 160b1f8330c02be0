"""Rules about an aim."""
