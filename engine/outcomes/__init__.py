"""What a sitting says of its candidate, and how far it can be trusted."""
