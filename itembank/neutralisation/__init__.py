"""Items taken out of score after the fact: proposed with a preview, approved by another person, applied, taken back."""
