"""What several tests need: a ready site, people, a way through a sitting, a PostgreSQL server, a browser."""
