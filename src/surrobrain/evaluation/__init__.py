"""Does it behave like the brain?"""
