"""Pages of a provider's data manager: check and send returns, understand findings, see one's own numbers."""
