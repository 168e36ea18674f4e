"""Dissimilarities of all pairs of patterns at once, one idea per file."""
