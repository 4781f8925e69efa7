"""Drawings in numbers and in SVG, for the pages and for reports that leave the house as files."""
