"""Pages that everybody sees: statistics, releases, data sets, methods, glossary, help."""
