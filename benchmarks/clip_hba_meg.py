"""The head over time at the size of THINGS-MEG: 281 times, 24 layers, 66 texts, batches of 50.

The loop over times and layers in the joint space, as the method is written, against projecting to
the texts first and mixing layers at all times at once. One core, CPU seconds, one process.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks.outcome import Outcome

__all__ = ["measure"]

TIMES, LAYERS, TEXTS, JOINT, WIDTH, IMAGES = 281, 24, 66, 768, 1024, 50


def measure() -> Outcome:
    """Time both on one core and compare loss and gradients."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            return _measured()
    finally:
        torch.set_num_threads(threads)


def _measured() -> Outcome:
    import torch

    chance = torch.Generator().manual_seed(0)
    tokens = torch.randn(IMAGES, LAYERS, WIDTH, generator=chance).requires_grad_()
    projection = torch.randn(JOINT, WIDTH, generator=chance) / WIDTH**0.5
    texts = torch.nn.functional.normalize(torch.randn(TEXTS, JOINT, generator=chance), dim=-1)
    free = torch.randn(TIMES, LAYERS, generator=chance).requires_grad_()
    wanted = torch.rand(TIMES, IMAGES * (IMAGES - 1) // 2, generator=chance)
    leaves = (tokens, free)
    naive = _step(lambda: _loop(tokens, projection, texts, free), wanted, leaves)
    exact = _step(lambda: _at_once(tokens, projection, texts, free), wanted, leaves)
    (slow, before), (fast, after) = naive(), exact()
    apart = float((before[0] - after[0]).abs() / before[0].abs())
    gradients = max(
        float((a - b).abs().max() / a.abs().max())
        for a, b in zip(before[1:], after[1:], strict=True)
    )
    slow = statistics.median([slow, naive()[0]])
    fast = statistics.median([exact()[0] for _ in range(5)] + [fast])
    rows = [
        {"head, forward and backward": "loop over times and layers", "CPU s": slow},
        {"head, forward and backward": "texts first, all times at once", "CPU s": fast},
    ]
    figures: dict[str, float | None] = {
        "head_speed": slow / fast,
        "loss_apart": apart,
        "gradient_apart": gradients,
    }
    targets = {"head_speed": ">= 20", "loss_apart": "<= 4e-6", "gradient_apart": "<= 1e-5"}
    return Outcome(rows, figures, targets, ["Differences are relative."])


def _step(
    embedding: Callable[[], Any], wanted: Any, leaves: tuple[Any, ...]
) -> Callable[[], tuple[float, list[Any]]]:
    import torch

    from surrobrain.clip_hba.rdm_loss import RDMLoss

    def run() -> tuple[float, list[Any]]:
        started = time.process_time()
        found = RDMLoss(pooled=True)
        rdms = embedding()
        loss = found.total(found.parts(rdms, wanted), torch.ones(3))
        gradients = torch.autograd.grad(loss, leaves)
        return time.process_time() - started, [loss.detach(), *gradients]

    return run


def _loop(tokens: Any, projection: Any, texts: Any, free: Any) -> Any:
    """Mix in the joint space, one layer and one time after the other."""
    import torch

    weights = free.softmax(dim=-1)
    first, second = torch.triu_indices(IMAGES, IMAGES, 1)
    rdms = []
    for t in range(TIMES):
        mixed = torch.zeros(IMAGES, JOINT)
        for layer in range(LAYERS):
            mixed = mixed + weights[t, layer] * (tokens[:, layer] @ projection.T)
        embedding = 100 * mixed @ texts.T
        rdms.append(1 - torch.corrcoef(embedding)[first, second])
    return torch.stack(rdms)


def _at_once(tokens: Any, projection: Any, texts: Any, free: Any) -> Any:
    from surrobrain.clip_hba.layer_mixing import embeddings
    from surrobrain.clip_hba.rdm_loss import correlation_rdms

    reached = 100 * tokens @ (texts @ projection).T
    return correlation_rdms(embeddings(reached, free.softmax(dim=-1)))
