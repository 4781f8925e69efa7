"""Images of items: cleaned when they come in, kept once, shown to whoever is signed in."""
