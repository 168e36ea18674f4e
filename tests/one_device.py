"""What a graphics card would refuse, or wait for, seen without one."""

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

__all__ = ["OneDevice"]


class OneDevice(TorchDispatchMode):
    """Refuses every operation that touches a tensor elsewhere.

    With ``moves`` tensors may be made elsewhere and brought to the device, but not mixed.
    """

    def __init__(self, device: str, *, moves: bool = False) -> None:
        super().__init__()
        self.device, self.moves, self.n_operations = device, moves, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        met = (args, kwargs) if self.moves else (args, kwargs, result)
        found = {leaf.device.type for leaf in tree_leaves(met) if isinstance(leaf, torch.Tensor)}
        if self.moves:
            copies = func._schema.name in ("aten::_to_copy", "aten::copy_")
            assert len(found) < 2 or copies, f"{func} mixes tensors on {sorted(found)}"
        else:
            elsewhere = found - {self.device}
            assert not elsewhere, f"{func} meets a tensor on {', '.join(elsewhere)}"
        self.n_operations += 1
        return result
