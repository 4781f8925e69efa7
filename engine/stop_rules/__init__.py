"""The stop rules, one a file: each looks at the evidence of a sitting and gives the reason to stop, or none."""
