"""The kinds of question: what each needs before it can be asked, and how an answer to it is scored."""
