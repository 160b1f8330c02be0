"""Rules about higher education."""
