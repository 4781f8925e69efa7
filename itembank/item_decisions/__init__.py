"""What to do about items that may do harm: why they stand out, who decided what, and what follows."""
