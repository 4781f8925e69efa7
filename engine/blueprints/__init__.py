"""Blueprints and the exact shadow tests that meet them."""
