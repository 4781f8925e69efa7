"""Items that are tried out: which, where, and what their answers tell."""
