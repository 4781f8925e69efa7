"""Exposure control by random eligibility, and how a bank is used."""
