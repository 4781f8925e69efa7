"""Simulations of exam designs: asking for one, running it outside the site's processes, and what it found."""
