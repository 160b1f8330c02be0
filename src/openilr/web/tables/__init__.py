"""Create your own table: choose, see, chart, share, download, and take the code that makes it."""
