"""What a bank and a run look like as a whole: plots, tables to take away as CSV, and a report in print."""
