"""NumPy on the CPU, or torch on any device: the same few operations under the same names."""

from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["namespace", "placed", "returned"]


def namespace(device: str | None) -> ModuleType:
    """Return NumPy, or torch where a device is named.

    Parameters
    ----------
    device : str or None
        None for NumPy; "cpu", "cuda" and the like for torch.

    Returns
    -------
    module
        Both offer ``linalg.eigh``, ``linalg.svd``, ``concatenate``, ``einsum`` and ``matmul``.
    """
    if device is None:
        return np
    import torch

    return torch


def placed(values: np.ndarray, device: str | None) -> Any:
    """Return values where they are computed with; NumPy keeps the very array.

    Parameters
    ----------
    values : array
        Any shape.
    device : str or None
        As for `namespace`.

    Raises
    ------
    ValueError
        There is no such device.
    """
    if device is None:
        return values
    import torch

    try:
        return torch.as_tensor(values, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"torch cannot use the device {device!r}: {error}") from error


def returned(values: Any) -> np.ndarray:
    """Return values as a NumPy array, from wherever they are."""
    return values if isinstance(values, np.ndarray) else values.cpu().numpy()
