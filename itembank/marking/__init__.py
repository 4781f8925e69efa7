"""Marking what was answered in words: two people blind to one another, a third where they differ."""
