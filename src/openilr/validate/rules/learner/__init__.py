"""Rules about the learner."""
