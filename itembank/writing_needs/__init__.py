"""What to write next, who is asked to write it, and how writers' ratings compare with answers."""
