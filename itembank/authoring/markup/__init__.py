"""The marks that a writer may set in a text: what they are, and how they are read; nothing here makes HTML."""
