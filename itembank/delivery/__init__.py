"""Delivery: exams, sittings, answers and outcomes."""
