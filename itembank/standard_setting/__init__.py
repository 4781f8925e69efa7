"""Standard setting: panels of judges, their rounds, and the cut scores that exams take over from them."""
