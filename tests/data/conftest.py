"""What tests of data share: calls without shape checks, and recordings in real formats."""

from collections.abc import Iterator

import jaxtyping
import numpy as np
import pytest


@pytest.fixture
def as_users_call() -> Iterator[None]:
    """Switch the shape checks of the test run off: users have none and meet our own messages."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def signals() -> np.ndarray:
    """Signals of 5 regions at 120 samples, time first."""
    return np.random.default_rng(3).normal(size=(120, 5))
