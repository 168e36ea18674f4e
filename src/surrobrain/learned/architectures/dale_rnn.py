"""Excitatory and inhibitory rate units whose connections obey Dale's law."""

import math

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import number, whole
from surrobrain.learned.module import LearnedModule
from surrobrain.linear.leaky_autoregression import solve_leaky_autoregression
from surrobrain.seeds import stream

__all__ = ["DaleRNN"]

_CORTEX = 0.8  # share of its neurons that excite
_PART = 0.1  # of a sample that a unit holds: tanh bends by 3 % at three standard deviations
_ROUNDS = 300
_MOST_KEPT = 0.95
_UNSEEN = 0.3  # size of what units encode that the read-out does not show
_AWAKE = 1e-2  # of a weight that is not used yet; at zero it would have no gradient
_RIDGE = 0.1  # of the mean square: two units that send alike share the work


class DaleRNN(LearnedModule):
    """Units that either excite or inhibit all others, read out linearly.

    Use it where inputs drive a network, and to ask what excitation and inhibition do: signs hold
    by construction, so they survive any training. With ``multi_step`` as loss, a ``memory`` of a
    few samples and 50 units or more it is a strong model of stimulation. As it comes it has a unit
    of each sign per region, which is what it takes to send any linear map; with fewer that
    inhibit, its shortest forecast of resting BOLD is behind that of a linear model.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Samples from which the state is read off, by a learned linear map.
    n_inputs : int
        Number of external inputs.
    n_states : int, optional
        Number of units; absent, as many of both signs as there are regions, or, where their share
        is given, as many that excite as there are regions and those that inhibit.
    excitatory : float, optional
        Share of units that excite, more than 0; absent, half of the units that come by default,
        else 0.8 as in cortex.

    Notes
    -----
    ::

        r = 1 + tanh(z + B u)               rates between 0 and 2
        z' = (1 - a) z + |W| D r + C u + b  D = +1 for excitatory, -1 for inhibitory columns
        x = R z

    with 1 - a in ``keep``. Dale's law binds |W| D; inputs have matrices of their own, and so has
    the read-out. The state after a window w is E w, moved by the smallest change that makes R z
    the newest sample; a perturbation of a sample enters the state by the same change. B starts at
    zero. Rates are bounded, so a free run is, while the units forget.

    With one unit of each sign per region it starts as the ridge autoregression that does not
    penalize what a region keeps: both units of a region hold a fraction of its sample, in which
    tanh is nearly a line, the one sends the positive and the other the negative coefficients.
    Otherwise it starts from a random rotation R, an E that undoes it and mixes the window into
    what R does not show, and |W|, C and b that predict the next such state by least squares under
    the signs, after what each unit keeps by itself.

    References
    ----------
    .. [1] Song, Yang & Wang (2016), Training excitatory-inhibitory recurrent neural networks for
       cognitive tasks. PLoS Comput Biol 12:e1004792.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import DaleRNN
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 4)), sfreq=1.0)
    >>> model = sb.fit(DaleRNN(4), recording).model.architecture
    >>> model.weights[:, -1].max().item() < 0  # the fifth unit inhibits
    True
    """

    signs: Tensor

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 1,
        n_inputs: int = 0,
        n_states: int | None = None,
        excitatory: float | None = None,
    ) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs)
        if excitatory is None:
            excitatory = 0.5 if n_states is None else _CORTEX
        self.excitatory = number(excitatory, "excitatory", low=0.01, high=1.0)
        if n_states is None:
            n_states = math.ceil(n_regions / self.excitatory)
        self.n_states = n = whole(n_states, "n_states", low=n_regions)
        signs = torch.ones(n)
        signs[max(1, round(self.excitatory * n)) :] = -1
        self.register_buffer("signs", signs)
        self.magnitude = nn.Parameter(torch.zeros(n, n))
        self.keep, self.bias = nn.Parameter(torch.zeros(n)), nn.Parameter(torch.zeros(n))
        self.readout = nn.Parameter(torch.eye(n_regions, n))
        self.encoder = nn.Parameter(torch.zeros(n, memory * n_regions))
        self.drive = nn.Parameter(torch.zeros(n, n_inputs)) if n_inputs else None
        self.gate = nn.Parameter(torch.zeros(n, n_inputs)) if n_inputs else None

    @property
    def weights(self) -> Float[Tensor, "states states"]:
        """|W| D: what a unit does to another, of one sign in every column."""
        return self.magnitude.abs() * self.signs

    def encode(
        self, windows: Float[Tensor, "batch memory regions"]
    ) -> Float[Tensor, "batch states"]:
        """Return the state that a window suggests and whose read-out is the newest sample."""
        state = windows.flatten(1) @ self.encoder.T
        return state + self._spread(windows[:, -1] - self.observe(state))

    def step(
        self,
        state: Float[Tensor, "batch states"],
        inputs: Float[Tensor, "batch regions"] | None = None,
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch states"]:
        """Return the state one sample later."""
        later, seen = self.keep * state + self.bias, state
        if self.drive is not None and self.gate is not None and drive is not None:
            later, seen = later + drive @ self.drive.T, state + drive @ self.gate.T
        later = later + (1 + torch.tanh(seen)) @ self.weights.T
        return later if inputs is None else later + self._spread(inputs)

    def observe(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch regions"]:
        """Return the read-out."""
        return state @ self.readout.T

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Solve for the weights under their signs; chance decides what further units encode."""
        if self.n_states == 2 * self.n_regions and self.signs.sum() == 0:
            self._pair(windows, targets, drives)
            return
        n, width, rng = self.n_states, self.memory * self.n_regions, stream(seed)
        turned = np.linalg.qr(rng.normal(size=(n, self.n_regions)))[0]  # (state, region)
        loud = np.sqrt(n / self.n_regions)  # so that units vary as much as regions do
        other = _UNSEEN * rng.normal(size=(n, width)) / np.sqrt(width)
        newest = np.eye(self.n_regions, width, width - self.n_regions)
        encoder = loud * turned @ newest + other - turned @ (turned.T @ other)
        later = np.concatenate([windows[:, 1:], targets[:, None]], axis=1)
        now, then = (w.reshape(len(w), -1).astype(np.float64) @ encoder.T for w in (windows, later))
        keep = np.clip((now * then).sum(axis=0) / np.square(now).sum(axis=0), 0.0, _MOST_KEPT)
        free = np.zeros((len(now), 0)) if drives is None else drives.astype(np.float64)
        sent = (1 + np.tanh(now)) * self.signs.cpu().numpy()
        found = _signed(sent, free, then - keep * now)
        magnitude = np.maximum(found[:n].T, _AWAKE / n)
        left = then - keep * now - free @ found[n:] - sent @ magnitude.T
        solved = {"keep": keep, "bias": left.mean(axis=0), "magnitude": magnitude}
        solved |= {"encoder": encoder, "readout": turned.T / loud}
        if self.drive is not None:
            solved |= {"drive": found[n:].T, "gate": np.zeros((n, self.n_inputs))}
        self.assign(**solved)

    def _pair(self, windows: np.ndarray, targets: np.ndarray, drives: np.ndarray | None) -> None:
        """Start as a linear map of the newest sample, which the two units of a region hold."""
        linear, n = (
            solve_leaky_autoregression(windows[:, -1:], targets, drives=drives),
            self.n_regions,
        )
        keep = np.diag(linear.coefficients[-1])
        between = linear.coefficients[-1] - np.diag(keep)
        both = np.tile(np.eye(n), (2, 1))  # (state, region)
        sizes = np.hstack([np.maximum(between, 0.0), np.maximum(-between, 0.0)])
        magnitude = np.maximum(both @ sizes, _AWAKE / len(both))
        silent = (magnitude * self.signs.cpu().numpy()).sum(axis=1)  # sent by units at rest
        newest = np.eye(n, self.memory * n, (self.memory - 1) * n)
        solved = {"keep": both @ keep, "magnitude": magnitude}
        solved |= {"bias": _PART * both @ linear.intercept - silent}
        solved |= {"encoder": _PART * both @ newest, "readout": both.T / (2 * _PART)}
        if self.drive is not None:
            none = np.zeros((len(both), self.n_inputs))
            solved |= {"drive": _PART * both @ linear.drive, "gate": none}
        self.assign(**solved)

    def _spread(self, sample: Float[Tensor, "batch regions"]) -> Tensor:
        """Return the smallest change of the state that changes the read-out by this much."""
        gram = self.readout @ self.readout.T
        return torch.linalg.solve(gram, sample.T).T @ self.readout


def _signed(
    sent: Float[np.ndarray, "times n"],
    free: Float[np.ndarray, "times inputs"],
    wanted: Float[np.ndarray, "times n"],
) -> Float[np.ndarray, "features n"]:
    """Return least-squares coefficients that are positive for what is sent, and any for the rest.

    By projected gradient with momentum [1]_, all targets at once.

    References
    ----------
    .. [1] Beck & Teboulle (2009), A fast iterative shrinkage-thresholding algorithm for linear
       inverse problems. SIAM J Imaging Sci 2:183.
    """
    x = np.concatenate([sent - sent.mean(axis=0), free - free.mean(axis=0)], axis=1)
    gram, cross = x.T @ x, x.T @ wanted
    gram += _RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram))
    rate = 1 / np.linalg.norm(gram, 2)
    low = np.where(np.arange(x.shape[1]) < sent.shape[1], 0.0, -np.inf)[:, None]
    found = ahead = np.zeros_like(cross)
    pace = 1.0
    for _ in range(_ROUNDS):
        better = np.maximum(ahead - rate * (gram @ ahead - cross), low)
        faster = (1 + math.sqrt(1 + 4 * pace**2)) / 2
        ahead = better + (pace - 1) / faster * (better - found)
        found, pace = better, faster
    return found
