"""The machine faces: the JSON API and the command line."""
