"""Decisions about items."""
