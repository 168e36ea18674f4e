"""Readers whose skill is known: models, people, and the ease of every case."""

import numpy as np

from surrobrain.brainbench import Choices, Humans


def virtual_model(margin, *, model="a model", spread=0.05, seed=0, **given):
    """Return choices whose margins (nats per token) are given, plus noise of that spread."""
    rng = np.random.default_rng(seed)
    n = len(margin)
    found = margin + spread * rng.normal(size=n)
    base = rng.uniform(1.8, 2.6, size=n)
    loss = np.stack([base - found / 2, base + found / 2], axis=1)
    return Choices(model, tuple(str(k) for k in range(n)), loss, **given)


def virtual_people(ease, *, n_readers=4, seed=0, sure=None):
    """Return trials of people who are right on each case with the probability given."""
    rng = np.random.default_rng(seed)
    n = len(ease)
    ids = tuple(str(k) for k in range(n)) * n_readers
    right = rng.random(n * n_readers) < np.tile(ease, n_readers)
    people = tuple(f"p{(k + i) % 20}" for i in range(n_readers) for k in range(n))
    confidence = rng.uniform(1, 100, size=len(ids)) if sure is None else np.tile(sure, n_readers)
    years = {name: float(k) for k, name in enumerate(dict.fromkeys(people))}
    return Humans(
        people, ids, right, confidence, rng.integers(1, 100, size=len(ids)).astype(float),
        np.array([years[name] for name in people]),
        tuple("staff" if int(name[1:]) % 2 else "student" for name in people),
        tuple("Systems" if int(name) % 2 else "Cellular" for name in ids),
    )  # fmt: skip
