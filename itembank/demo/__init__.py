"""The demo: an institution that never was, made for looking around."""
