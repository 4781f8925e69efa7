"""The item bank: the database and every use case over it. Knows no HTTP and no HTML."""
