"""A simulation's report: its figures, charts and words, for a page of the site and for a file that stands alone."""
