"""People: their accounts and roles, and signing in."""
