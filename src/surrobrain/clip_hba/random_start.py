"""The start of the published adapters, which is not that of the model they adapt."""

import math

from surrobrain.clip_hba.loading import Clip
from surrobrain.seeds import torch_chance

__all__ = ["randomize"]


def randomize(clip: Clip, *, seed: int) -> None:
    """Draw both factors of every change at random, in place.

    The published adapter adds the change to weights whose rows have length one, so that here its
    left factor is multiplied with the lengths of the rows: the weights are those of the original
    at its start, ``m * (W0 / |W0| + alpha / r * B A) / |...|``.
    """
    import torch

    modules = [m for m in clip.network.modules() if hasattr(m, "lora_B")]
    with torch_chance(seed), torch.no_grad():
        for module in modules:
            down, up = module.lora_A["default"].weight, module.lora_B["default"].weight
            for factor in (down, up):
                torch.nn.init.kaiming_uniform_(factor, a=math.sqrt(5))
            if clip.adapter.method == "dora":
                up *= module.base_layer.weight.norm(dim=1, keepdim=True)
