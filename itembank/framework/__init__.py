"""Published occupational standards: read from their text, kept as documents, compared."""
