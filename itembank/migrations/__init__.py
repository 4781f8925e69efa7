"""Database migrations, from the first table on."""
