"""What an item is worth, and which one is given next."""
