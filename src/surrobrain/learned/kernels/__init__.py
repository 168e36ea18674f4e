"""Compiled loops of recurrent networks."""
