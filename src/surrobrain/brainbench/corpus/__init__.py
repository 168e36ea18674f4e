"""Neuroscience literature to train on: found, parsed, licensed, and free of test cases."""
