"""Pages of governed access: applications, their review, extracts, people, the audit log."""
