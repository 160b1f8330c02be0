"""OpenILR: the Individualised Learner Record, from a provider's return to published statistics."""
