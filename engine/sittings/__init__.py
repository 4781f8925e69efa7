"""A sitting: its state, its transitions, its next question."""
