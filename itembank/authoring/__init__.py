"""Authoring: items, their versions, their review, and how well they cover the standard."""
