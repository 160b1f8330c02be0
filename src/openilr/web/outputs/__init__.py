"""Pages of a project's outputs: researchers have analyses run, checkers decide what leaves."""
