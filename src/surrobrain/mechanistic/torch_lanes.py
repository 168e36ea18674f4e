"""Many simulations side by side as torch tensors, on the processor or on a graphics card."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.mechanistic.draws import four_normals
from surrobrain.mechanistic.engine import Lanes
from surrobrain.mechanistic.events import numbers_of, samples
from surrobrain.mechanistic.steppers import between
from surrobrain.mechanistic.table import Table

if TYPE_CHECKING:
    from torch import Tensor

    from surrobrain.mechanistic.network import Network

__all__ = ["functions", "lanes_that_fit", "place_of", "run"]

_FUNCTIONS = ("exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "sign", "floor")
_AT_ONCE = 2**20  # normals drawn at once, so that few calls draw many
_FETCHED = 64  # samples that wait on the device before they are fetched
_ARRAYS, _WORDS = 64, 40  # states and stages of a lane, and a draw, as multiples of its regions
_ROOM, _SAMPLES = 2**30, 2**32  # bytes on the processor, and of a block's samples


@dataclass(frozen=True)
class Place:
    """Where tensors lie, and of which type they are.

    Parameters
    ----------
    device : torch.device
        Processor or card.
    dtype : torch.dtype
        Precision.
    """

    device: Any
    dtype: Any

    def tensor(self, value: Any) -> "Tensor":
        """Return a number as a number, and (regions,) or (lanes, regions) with regions first."""
        import torch

        array = np.array(value, dtype=np.float64)
        if array.ndim:
            array = np.atleast_2d(array).T.copy()  # (region, lane)
        return torch.as_tensor(array).to(self.device, self.dtype)


def place_of(device: str, dtype: str) -> Place:
    """Return where a device's tensors lie.

    Parameters
    ----------
    device : str
        "cpu", "cuda", or one of several cards: "cuda:1".
    dtype : {"float64", "float32"}
        Precision.

    Raises
    ------
    ValueError
        There is no such device, or PyTorch cannot reach it.
    """
    import torch

    kind, _, number = device.partition(":")
    choice(kind, ("cpu", "cuda"), "device")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if kind == "cuda" and not count:
        raise ValueError(
            f"PyTorch {torch.__version__} reaches no CUDA device, but device={device!r} arrived; "
            "see that nvidia-smi lists a card and install the build of PyTorch for it "
            "(https://pytorch.org/get-started), or leave the device out: the compiled loop runs "
            "on the processor"
        )
    if number and not (number.isdecimal() and int(number) < (count if kind == "cuda" else 1)):
        raise ValueError(
            f"there is no device {device!r}; use one of "
            + ", ".join(repr(f"{kind}:{k}") for k in range(count if kind == "cuda" else 1))
        )
    return Place(torch.device(device), getattr(torch, dtype))


def lanes_that_fit(network: "Network", n_times: int, place: Place) -> int:
    """Return how many lanes a device holds at once, the same at every call.

    They take a quarter of a card, or 1 GiB on the processor; their samples never take more than
    4 GiB.
    """
    import torch

    room = _ROOM
    if place.device.type == "cuda":
        room = torch.cuda.get_device_properties(place.device).total_memory // 4
    of_samples = np.dtype(network.dtype).itemsize * network.n_regions * n_times
    rows = _line_length(network.reach) * network.n_channels + _ARRAYS + _FETCHED
    rows += _WORDS * len(network.node.noise)
    return max(1, min(room // (8 * network.n_regions * rows), _SAMPLES // of_samples))


def run(
    network: "Network", lanes: Lanes, n_times: int, *, skip: int = 0, seed: int = 0, place: Place
) -> Float[np.ndarray, "lanes times regions"]:
    """Run ``skip`` samples unseen, then ``n_times``, in every lane at once.

    Parameters
    ----------
    network : Network
        What to simulate, from its initial state and without inputs.
    lanes : Lanes
        What differs.
    n_times, skip : int
        Samples.
    seed : int
        Decides the noise: that of the compiled loop, lane by lane.
    place : Place
        Where.

    Returns
    -------
    array, shape (n_lanes, n_times, n_regions)
        Those of the compiled loop up to rounding; not finite where a lane has diverged.
    """
    import torch

    shape = (network.n_regions, len(lanes.coupling))
    out = np.full((n_times, *shape), np.nan, network.dtype)
    waiting: list[torch.Tensor] = []
    with torch.inference_mode():
        for n, sample in enumerate(stream(network, lanes, skip + n_times, seed=seed, place=place)):
            if n < skip:
                continue
            waiting.append(sample.broadcast_to(shape))
            if len(waiting) == _FETCHED or n == skip + n_times - 1:
                end = n - skip + 1
                out[end - len(waiting) : end] = torch.stack(waiting).cpu().numpy()
                waiting = []
                if not np.isfinite(out[end - 1]).any():
                    break
    return np.moveaxis(out, 2, 0)


def stream(
    network: "Network", lanes: Lanes, n_times: int, *, seed: int, place: Place
) -> "Iterator[Tensor]":
    """Return the samples one by one, each of shape (n_regions, n_lanes), still on the device."""
    numbers = numbers_of(
        network, place.tensor, sigma=lanes.noise, varied=lanes.varied, strength=lanes.coupling
    )
    shape, begin = (network.n_regions, len(lanes.coupling)), network.initial_state

    def rows(values: np.ndarray) -> tuple:
        return tuple(place.tensor(row).expand(shape) for row in values)

    return samples(
        network, functions(place), numbers=numbers, past=_Past(network, shape[1], place),
        draws=_Draws(tuple(numbers.sizes), shape, first=lanes.first, seed=seed, place=place),
        start=(rows(begin.values), rows(begin.observer)), n_times=n_times,
    )  # fmt: skip


def functions(place: Place) -> SimpleNamespace:
    """Return the functions of torch, which then take plain numbers too, as those of NumPy do."""
    import torch

    def lifted(x: Any) -> torch.Tensor:
        if isinstance(x, torch.Tensor):
            return x
        return torch.full((), float(x), dtype=place.dtype, device=place.device)

    def of_one(function: Callable) -> Callable:
        return lambda x: function(lifted(x))

    def where(condition: Any, a: Any, b: Any) -> torch.Tensor:
        # two plain numbers would make a tensor of torch's default precision
        return torch.where(condition, a if isinstance(b, torch.Tensor) else lifted(a), b)

    tables: dict[str, torch.Tensor] = {}

    def element(table: Table, index: torch.Tensor) -> torch.Tensor:
        if table.name not in tables:
            values = torch.as_tensor(table.values.reshape(-1))
            tables[table.name] = values.to(place.device, place.dtype)
        return torch.take(tables[table.name], index.long())

    of_numbers = {name: of_one(getattr(torch, name)) for name in _FUNCTIONS}
    return SimpleNamespace(where=where, element=element, **of_numbers)


class _Draws:
    """The noise of every lane, drawn for many steps at once."""

    def __init__(
        self, names: tuple[str, ...], shape: tuple[int, int], *, first: int, seed: int, place: Place
    ) -> None:
        import torch

        def counted(n: int) -> torch.Tensor:
            return torch.arange(n, device=place.device)

        n_regions, n_lanes = shape
        self.names, self.seed, self.place = names, seed, place
        self.quarters = int(np.clip(_AT_ONCE // (4 * len(names) * n_regions * n_lanes + 1), 1, 16))
        # (quarter, variable, region, lane)
        self.quarter = counted(self.quarters)[:, None, None, None]
        self.region = counted(n_regions)[:, None]
        self.stream = 256 * (counted(n_lanes) + first) + counted(len(names))[:, None, None]
        self.unit = torch.full((), 2.0**-32, dtype=torch.float64, device=place.device)
        self.held, self.normals = -1, None

    def __call__(self, step: int) -> "Mapping[str, Tensor]":
        """Return the standard normals of every noisy state, each (n_regions, n_lanes)."""
        if not self.names:
            return {}
        wanted, k = divmod(step, 4 * self.quarters)
        if wanted != self.held or self.normals is None:
            self.held, self.normals = wanted, self._drawn(wanted * self.quarters)
        return dict(zip(self.names, self.normals[k], strict=True))

    def _drawn(self, quarter: int) -> "Tensor":
        import torch

        four = four_normals(
            torch, self.quarter + quarter, self.region, self.stream, seed=self.seed,
            unit=self.unit, dropped=0 if self.place.dtype == torch.float64 else 8,
        )  # fmt: skip
        return torch.stack(four, dim=1).flatten(0, 1).to(self.place.dtype)  # (step, variable, ...)


class _Past:
    """What has been sent, moment by moment, and what of it arrives."""

    def __init__(self, network: "Network", n_lanes: int, place: Place) -> None:
        import torch

        self.shape = (network.n_channels, network.n_regions, n_lanes)
        self.reach, self.slot = network.reach, network.reach
        self.sum = _weighted_sum(network, place)
        # (moment, channel, region, lane), the oldest first; without delays the present alone
        length = _line_length(self.reach)
        self.line = torch.zeros((length, *self.shape), dtype=place.dtype, device=place.device)
        for moment, sent in enumerate(np.moveaxis(network.initial_state.history, 2, 0)):
            self.line[moment].copy_(torch.stack([place.tensor(channel) for channel in sent]))
        self.arriving: dict[int, Any] = {}

    @property
    def now(self) -> tuple:
        return self.line[self.slot].unbind()

    def totals(self, sent: tuple, time: float) -> tuple:
        import torch

        if not self.reach:
            return self._summed(torch.stack(sent)) if time else self._at(0)
        start = self._at(0) if time < 1 else None
        end = self._at(1) if time else None
        pairs = zip(start or end or (), end or start or (), strict=True)
        return tuple(between(time, *pair) for pair in pairs)

    def push(self, sent: tuple) -> None:
        if self.reach:
            if self.slot + 2 == len(self.line):
                last = self.slot + 1
                self.line[: self.reach].copy_(self.line[last - self.reach : last])
                self.slot = self.reach - 1
            self.slot += 1
        for channel, x in zip(self.line[self.slot], sent, strict=True):
            channel.copy_(x)
        # what arrives at the end of a step is what arrives at the start of the next
        self.arriving = {0: self.arriving[1]} if 1 in self.arriving else {}

    def _at(self, later: int) -> tuple:
        """Return what arrives at the start of the step, or at its end: one step later."""
        if later not in self.arriving:
            last = self.slot + 1 + later
            self.arriving[later] = self._summed(self.line[last - 1 - self.reach : last])
        return self.arriving[later]

    def _summed(self, moments: "Tensor") -> tuple:
        return self.sum(moments.reshape(-1, self.shape[-1])).reshape(self.shape).unbind()


def _line_length(reach: int) -> int:
    """Return how many moments are kept: the past is moved back to the start now and then."""
    return reach + 2 + max(reach, 64) if reach else 1


def _weighted_sum(network: "Network", place: Place) -> "Callable[[Tensor], Tensor]":
    """Return what turns (moments x channels x regions, lanes) into (channels x regions, lanes).

    Every channel's connections are one list, by target; each adds the moment its delay ago.
    """
    import torch

    n, reach, n_channels = network.n_regions, network.reach, network.n_channels
    whole = [wiring.whole() for wiring in network.wirings]
    weights = np.concatenate([wiring.weights for wiring in whole])
    targets = np.concatenate([c * n + wiring.targets for c, wiring in enumerate(whole)])
    sources = np.concatenate([
        ((reach - wiring.steps) * n_channels + c) * n + wiring.sources
        for c, wiring in enumerate(whole)
    ])  # fmt: skip
    size = n_channels * n
    if not reach and len(weights) > size * size / 16:
        matrix = np.zeros((size, size))
        np.add.at(matrix, (targets, sources), weights)
        dense = torch.as_tensor(matrix).to(place.device, place.dtype)
        return lambda heard: dense @ heard
    share = torch.as_tensor(weights).to(place.device, place.dtype)
    where = torch.as_tensor(sources).to(place.device)
    starts = torch.as_tensor(np.searchsorted(targets, np.arange(size))).to(place.device)
    return lambda heard: torch.nn.functional.embedding_bag(
        where, heard, starts, mode="sum", per_sample_weights=share
    )
