"""Piecewise linear surrogates with random weights."""

import numpy as np
import torch

from surrobrain.learned.surrogate import Surrogate


def random_surrogate(architecture, seed, size=0.8):
    """Return a surrogate in its own units whose weights are drawn."""
    rng = torch.Generator().manual_seed(seed)
    for p in architecture.parameters():
        with torch.no_grad():
            p.copy_(size * torch.randn(p.shape, generator=rng))
    n = architecture.n_regions
    names = tuple(f"region_{k}" for k in range(n))
    return Surrogate(architecture, names, 1.0, "x", np.zeros(n), np.ones(n), np.zeros((n, n)))
