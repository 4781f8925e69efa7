"""Files that come in and go out: responses and item parameters."""
