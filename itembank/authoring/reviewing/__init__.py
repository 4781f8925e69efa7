"""Reviewing by several people: check list, votes, comments on a place, and who was asked by when."""
