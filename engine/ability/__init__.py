"""Ability: likelihoods, posteriors on a grid, and estimates."""
