"""Resampling, intervals, nulls."""
