"""Publishing: numbered, immutable banks, and which of them is in force."""
