"""DateOfBirth: whether it is returned, and what the learner's age allows."""
