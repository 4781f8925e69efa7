"""Importing items with a look at them first: a file is kept, read, shown row by row, and then stored whole or not."""
