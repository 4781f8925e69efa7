"""The HTML face: pages, forms, templates and static files."""
