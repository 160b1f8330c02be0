"""LearnAimRef: the learning aim, and what LARS says about funding it."""
