"""New test cases: drafted by a language model or by rules, checked, and ticked by a human."""
