"""Groups of candidates: sensitive data that are kept only while a lawful basis is on record."""
