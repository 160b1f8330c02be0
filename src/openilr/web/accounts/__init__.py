"""People who sign in, what they may do, and the second step of signing in."""
