"""Updates of a language model's weights, on one processor or on many, to the bit after a kill."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.brainbench.training_set import TrainingSet
from surrobrain.brainbench.tuning_recipe import Tuning
from surrobrain.errors import Diverged
from surrobrain.journal import append
from surrobrain.pretrained.packing import Packed, Rows
from surrobrain.progress import progress
from surrobrain.seeds import stream, torch_chance
from surrobrain.training.checkpoint import load_checkpoint, save_checkpoint

__all__ = ["TuningRun", "run_updates"]

_ORDER, _DROPOUT = 1, 2  # separate draws of one seed


@dataclass(eq=False)
class TuningRun:
    """A tuning under way; a checkpoint holds all that changes.

    Parameters
    ----------
    model, optimizer : as accelerate prepared them
        The optimizer knows the trained weights alone.
    accelerator : accelerate.Accelerator
        Knows how many processes take part.
    texts : TrainingSet
        What is trained on, and what is held out.
    recipe : Tuning
        Options.
    losses : list of float
        Mean loss of every update so far, in nats per token.
    perplexities : list of (int, float)
        Updates done, and the held-out perplexity then.
    """

    model: Any
    optimizer: Any
    accelerator: Any
    texts: TrainingSet
    recipe: Tuning
    losses: list[float] = field(default_factory=list)
    perplexities: list[tuple[int, float]] = field(default_factory=list)

    @property
    def per_epoch(self) -> int:
        """Updates in one pass; the last may hold fewer chunks."""
        return -(-self.texts.train.n_chunks // self.recipe.batch)

    @property
    def n_updates(self) -> int:
        """Updates in all."""
        every = self.recipe.epochs * self.per_epoch
        return every if self.recipe.n_updates is None else self.recipe.n_updates

    def trained_weights(self) -> dict[str, Any]:
        """Return the trained weights by name, gathered from wherever they are sharded."""
        from torch.distributed.checkpoint.state_dict import get_model_state_dict

        return get_model_state_dict(self.model, options=_whole())


def run_updates(run: TuningRun, *, checkpoint: Path, identity: Mapping[str, Any]) -> None:
    """Train to the end, from where the checkpoint left off if there is one.

    Parameters
    ----------
    run : TuningRun
        Changed in place.
    checkpoint : path
        Rewritten as a whole every so often.
    identity : mapping
        What is being tuned; a checkpoint of something else is refused.

    Raises
    ------
    Diverged
        The loss left the finite range.
    ValueError
        The checkpoint belongs to another tuning, or the batch cannot be shared out.
    """
    recipe = run.recipe
    _share(recipe, run.accelerator.num_processes)
    if checkpoint.exists():
        _restore(run, *load_checkpoint(checkpoint, identity=identity))
    shown = recipe.progress and run.accelerator.is_main_process
    with progress(run.n_updates, label="tuning", shown=shown) as report:
        if not run.perplexities:
            report(0, "perplexity before")
            run.perplexities.append((0, perplexity(run)))
            _tell(run, checkpoint.with_name("progress.jsonl"))
        while (done := len(run.losses)) < run.n_updates:
            run.losses.append(_update(run, done))
            over = done + 1 == run.n_updates
            if over or (done + 1) % recipe.evaluate_every == 0:
                run.perplexities.append((done + 1, perplexity(run)))
                _tell(run, checkpoint.with_name("progress.jsonl"))
            if over or (done + 1) % recipe.save_every == 0:
                _save(run, checkpoint, identity)
            last = run.perplexities[-1][1]
            report(done + 1, f"loss {run.losses[-1]:.3f}, held-out perplexity {last:.4g}")


def _tell(run: TuningRun, path: Path) -> None:
    """Write where the training stands, for jobs that have no terminal."""
    if run.accelerator.is_main_process:
        done, value = run.perplexities[-1]
        loss = run.losses[-1] if run.losses else None
        append(path, {"updates": done, "of": run.n_updates, "loss": loss, "perplexity": value})


def perplexity(run: TuningRun) -> float:
    """Return the perplexity of the held-out documents: exponential of the mean loss per token."""
    import torch

    accelerator, packed = run.accelerator, run.texts.held_out
    run.model.eval()
    each = run.recipe.at_once
    total = torch.zeros(2, device=accelerator.device, dtype=torch.float64)
    # Every process takes as many turns, because sharded weights are gathered together; a chunk
    # beyond the last is empty.
    for turn in range(-(-packed.n_chunks // (each * accelerator.num_processes))):
        begin = (turn * accelerator.num_processes + accelerator.process_index) * each
        rows = packed.rows(range(begin, begin + each))
        with torch.no_grad():
            total[0] += _loss_sum(run, rows).double()
        total[1] += rows.n_predicted
    summed, count = accelerator.reduce(total, reduction="sum").tolist()
    mean = _finite(summed / max(count, 1), "on the held-out documents", run.recipe)
    return math.exp(min(mean, 700.0))


def _update(run: TuningRun, number: int) -> float:
    """Take one step, and return the mean loss per token before it."""
    import torch

    accelerator, recipe, packed = run.accelerator, run.recipe, run.texts.train
    chunks = _batch(packed, recipe, number=number, per_epoch=run.per_epoch)
    n_tokens = packed.rows(chunks).n_predicted
    turns = [part for part in _turns(chunks, recipe, accelerator.num_processes)
             if part.min() < packed.n_chunks]  # fmt: skip
    for group in run.optimizer.param_groups:
        group["lr"] = _rate(number, run.n_updates, recipe)
    run.optimizer.zero_grad()
    run.model.train()
    total = torch.zeros((), device=accelerator.device)
    for turn, part in enumerate(turns):
        waits = turn < len(turns) - 1  # gradients are exchanged once, after the last turn
        with accelerator.no_sync(run.model) if waits else nullcontext():
            seeds = (recipe.seed, _DROPOUT, number, turn, accelerator.process_index)
            with _chance(seeds, accelerator.device):
                loss = _loss_sum(run, packed.rows(part[accelerator.process_index]))
            total += loss.detach()
            # processes take the mean of their gradients; the loss is the mean over all tokens
            accelerator.backward(loss * (accelerator.num_processes / max(n_tokens, 1)))
    accelerator.clip_grad_norm_(run.model.parameters(), recipe.clip)
    run.optimizer.step()
    mean = float(accelerator.reduce(total, reduction="sum")) / max(n_tokens, 1)
    return _finite(mean, f"in update {number + 1}", recipe)


def _finite(loss: float, when: str, recipe: Tuning) -> float:
    if not math.isfinite(loss):
        raise Diverged(
            f"the loss left the finite range {when}; use a smaller rate than {recipe.rate:g}, a "
            "longer warm_up, or precision='fp32'"
        )
    return loss


def _loss_sum(run: TuningRun, rows: Rows) -> Any:
    """Return the summed negative log-likelihood of the predicted tokens, in float32."""
    import torch

    device = run.accelerator.device
    tokens, targets = (torch.as_tensor(part, device=device) for part in (rows.tokens, rows.targets))
    # From positions that restart, a model makes the mask that keeps documents apart.
    apart = run.recipe.separate
    given = {"position_ids": torch.as_tensor(rows.positions, device=device)} if apart else {}
    half = run.recipe.precision == "bf16"
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
        logits = run.model(input_ids=tokens, use_cache=False, **given).logits
    return torch.nn.functional.cross_entropy(
        logits.flatten(0, 1).float(), targets.flatten(), reduction="sum"
    )


def _batch(packed: Packed, recipe: Tuning, *, number: int, per_epoch: int) -> np.ndarray:
    """Return the chunks of an update, filled up with numbers beyond the last chunk."""
    epoch, place = divmod(number, per_epoch)
    order = stream(recipe.seed, _ORDER, epoch).permutation(packed.n_chunks)
    chunks = order[place * recipe.batch : (place + 1) * recipe.batch]
    return np.append(chunks, np.full(recipe.batch - len(chunks), packed.n_chunks))


def _turns(chunks: np.ndarray, recipe: Tuning, n_processes: int) -> np.ndarray:
    """Share chunks out: (turn, process, chunk)."""
    return chunks.reshape(-1, n_processes, recipe.at_once)


def _share(recipe: Tuning, n_processes: int) -> None:
    if recipe.batch % (recipe.at_once * n_processes):
        raise ValueError(
            f"a batch of {recipe.batch} chunks cannot be shared among {n_processes} processes that "
            f"take {recipe.at_once} at once; make the batch a multiple of "
            f"{recipe.at_once * n_processes}"
        )


def _rate(number: int, n_updates: int, recipe: Tuning) -> float:
    """Return the learning rate: a rise in a straight line, then a cosine to zero."""
    rise = math.ceil(recipe.warm_up * n_updates)
    if number < rise:
        return recipe.rate * (number + 1) / rise
    return recipe.rate * 0.5 * (1 + math.cos(math.pi * (number - rise) / max(1, n_updates - rise)))


@contextmanager
def _chance(keys: tuple[int, ...], device: Any) -> Iterator[None]:
    """Let dropout follow from the keys, on a graphics card too."""
    import torch

    seed = int(stream(*keys).integers(2**63))
    cards = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=cards), torch_chance(seed):
        for card in cards:
            torch.cuda.set_rng_state(torch.Generator(card).manual_seed(seed).get_state(), card)
        yield


def _save(run: TuningRun, path: Path, identity: Mapping[str, Any]) -> None:
    from torch.distributed.checkpoint.state_dict import get_optimizer_state_dict

    weights = run.trained_weights()
    moments: Any = get_optimizer_state_dict(run.model, run.optimizer.optimizer, options=_whole())
    if run.accelerator.is_main_process:  # the others hold nothing of what was gathered
        arrays = {f"weights.{k}": v.float().numpy() for k, v in weights.items()}
        for parameter, entry in moments["state"].items():
            arrays |= {f"optimizer.{parameter}.{k}": v.numpy() for k, v in entry.items()}
        record = {"losses": run.losses, "perplexities": run.perplexities,
                  "groups": moments["param_groups"]}  # fmt: skip
        save_checkpoint(path, arrays, {"identity": identity, **record})
    run.accelerator.wait_for_everyone()


def _restore(run: TuningRun, arrays: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    import torch
    from torch.distributed.checkpoint.state_dict import (
        set_model_state_dict,
        set_optimizer_state_dict,
    )

    options = _whole()
    weights: dict[str, Any] = {}
    moments: dict[str, dict[str, Any]] = {}
    for name, value in arrays.items():
        part, rest = name.split(".", 1)
        if part == "weights":
            weights[rest] = torch.as_tensor(value)
        else:
            parameter, key = rest.rsplit(".", 1)
            moments.setdefault(parameter, {})[key] = torch.as_tensor(value)
    set_model_state_dict(run.model, weights, options=options)
    state = {"state": moments, "param_groups": record["groups"]}
    set_optimizer_state_dict(run.model, run.optimizer.optimizer, state, options=options)
    run.losses = list(record["losses"])
    run.perplexities = [(done, value) for done, value in record["perplexities"]]


def _whole() -> Any:
    """Ask for what is trained, under its names, on every kind of wrapped model."""
    from torch.distributed.checkpoint.state_dict import StateDictOptions

    return StateDictOptions(
        full_state_dict=True, cpu_offload=True, ignore_frozen_params=True, strict=False
    )
