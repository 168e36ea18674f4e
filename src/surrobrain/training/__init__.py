"""Torch training: one loop, atomic checkpoints, bit-exact resume."""
