"""Sparse identification of nonlinear dynamics (SINDy): equations instead of a network."""

import math
import warnings
from itertools import combinations_with_replacement
from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import choice, number, whole
from surrobrain.lazy import need
from surrobrain.learned.window_model import WindowModel
from surrobrain.linear.autoregression import choose_ridge

__all__ = ["SparseIdentification"]

_MOST_TERMS = 500  # per equation, of which an ordinary recording has a few samples each
_SMOOTHED = 11  # samples of the filter before a derivative is taken
_CUBIC = 3
_THRESHOLDS = (0.2, 0.14, 0.1, 0.07, 0.05)  # the sparsest of equals wins


class SparseIdentification(WindowModel):
    """Polynomial equations with as few terms as the data allow.

    Use it on few variables (up to ten or so: components, the states of a known circuit) whose
    true equations are polynomials, or nearly; nothing else then needs so few samples. With many
    regions only degree 1 is feasible, and `LinearVAR` does that better. Above degree 2, and on
    recordings whose equations are no polynomials (ECG, EEG), long free runs often diverge.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        1: the sample is the state; here so that every architecture is made alike.
    n_inputs : int
        Number of external inputs, constant during a step; they are variables like the regions.
    degree : int, optional
        Highest degree of the polynomials; absent, 2 where that is 500 terms per equation or fewer
        (30 variables), else 1.
    threshold : float, optional
        Terms with smaller coefficients are left out, again and again until none is; in standard
        deviations of what is fitted (the change per sample), per standard deviation of a region.
        Absent, the last fifth of the samples chooses between 0.05 and 0.2, which suits systems
        driven by noise. Centering the regions adds small terms to the equations, so clean or long
        trajectories of a smooth system want less, such as 0.02.
    time : {"discrete", "continuous"}
        "discrete": the next sample minus this one, for systems driven by noise; the default, as
        it alone is right for resting recordings. "continuous": the smoothed derivative, for
        sampled trajectories of a smooth system with noise of the measurement; far less biased by
        that noise.

    Notes
    -----
    x[t+1] = x[t] + f(x[t], u[t+1]), or dx/dt = f(x, u) solved by one Runge-Kutta step of order 4
    per sample; f is a sum of monomials, found by sequentially thresholded least squares [1]_ of
    the package pysindy, which fitting needs (``pip install 'surrobrain[sindy]'``) and running
    does not. Where the threshold is chosen, so is whether the terms that are left are solved anew
    by ridge regression, its penalty that of `choose_ridge`; constants, inputs and what a region
    keeps of itself cost nothing: few samples per term want shrinkage. The derivative is a finite
    difference after a Savitzky-Golay filter of 11 samples and order 3. Everything is in standard
    deviations, so thresholds are comparable; time is in samples. Training further moves the
    coefficients of the kept terms only.

    References
    ----------
    .. [1] Brunton, Proctor & Kutz (2016), Discovering governing equations from data by sparse
       identification of nonlinear dynamical systems. PNAS 113:3932.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import SparseIdentification
    >>> rng, x = np.random.default_rng(0), np.zeros((500, 2))
    >>> for t in range(1, 500):
    ...     x[t] = 0.5 * x[t - 1] + rng.normal(size=2)
    >>> model = sb.fit(SparseIdentification(2, threshold=0.2), sb.Recording(x, sfreq=1.0)).model
    >>> model.architecture.n_active
    2
    """

    closed_form: ClassVar[bool] = True

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 1,
        n_inputs: int = 0,
        degree: int | None = None,
        threshold: float | None = None,
        time: str = "discrete",
    ) -> None:
        if memory != 1:
            raise ValueError(
                f"sparse identification has memory 1, its sample being its state, but {memory} "
                "arrived; use memory=1, or append delayed copies of the regions to the recording"
            )
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs)
        if degree is None:
            degree = 2 if math.comb(n_regions + n_inputs + 2, 2) <= _MOST_TERMS else 1
        self.degree = whole(degree, "degree", low=1)
        self.threshold = None if threshold is None else number(threshold, "threshold", low=0.0)
        self.time = choice(time, ("discrete", "continuous"), "time")
        # a monomial is a choice of `degree` factors, of which 0 is the number one
        factors = list(combinations_with_replacement(range(n_regions + n_inputs + 1), degree))
        self.register_buffer("factors", torch.tensor(factors), persistent=False)
        self.coefficients = nn.Parameter(torch.zeros(n_regions, len(factors)))
        self.register_buffer("kept", torch.ones(n_regions, len(factors)))

    @property
    def n_active(self) -> int:
        """Number of terms that were kept."""
        return int(self.get_buffer("kept").sum())

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Find the equations; nothing is left to chance.

        Raises
        ------
        MissingDependency
            pysindy is not installed.
        ValueError
            There are fewer samples than terms, or none in a row long enough to be smoothed.
        """
        pysindy, n_terms = need("pysindy", extra="sindy"), self.coefficients.shape[1]
        if len(windows) < n_terms:
            raise ValueError(
                f"polynomials of degree {self.degree} have {n_terms} terms, but only "
                f"{len(windows)} samples arrived; use a lower degree or fewer regions"
            )
        u = np.zeros((len(windows), self.n_inputs)) if drives is None else drives
        states, changes, inputs = windows[:, 0].astype(np.float64), targets - windows[:, 0], u
        if self.time == "continuous":
            states, changes, inputs = _smoothed(pysindy, states, targets, inputs)
        data = states, changes, inputs
        if self.threshold is not None:
            self._assign(self._found(pysindy, *data, self.threshold))
            return
        ridge, cut = choose_ridge(states[:, None], states + changes), len(states) * 4 // 5
        first = states[:cut], changes[:cut], inputs[:cut]
        later, driven = (torch.as_tensor(a[cut:]).to(self.coefficients) for a in (states, inputs))
        errors = {}
        for threshold in _THRESHOLDS:
            found = self._found(pysindy, *first, threshold)
            for again in (False, True):
                self._assign(self._shrunk(found, *first, ridge) if again else found)
                with torch.no_grad():
                    left = changes[cut:] - self.field(later, driven).cpu().numpy()
                errors[threshold, again] = float(np.square(left).mean())
        threshold, again = min(errors, key=lambda choice: errors[choice])
        found = self._found(pysindy, *data, threshold)
        self._assign(self._shrunk(found, *data, ridge) if again else found)

    def _found(
        self,
        pysindy: Any,
        states: np.ndarray,
        changes: np.ndarray,
        inputs: np.ndarray,
        threshold: float,
    ) -> Float[np.ndarray, "regions terms"]:
        """Return the coefficients of the terms that a threshold leaves, and 0 for the others."""
        scale = changes.std(axis=0)
        found = pysindy.SINDy(
            optimizer=pysindy.STLSQ(threshold=threshold),
            feature_library=pysindy.PolynomialLibrary(degree=self.degree),
        )
        given = {"u": inputs} if self.n_inputs else {}
        with warnings.catch_warnings():
            # an equation without any term is an answer: what does not change
            warnings.filterwarnings("ignore", "Sparsity parameter is too big")
            found.fit(states, t=1.0, x_dot=changes / scale, **given)
        column = {factors: k for k, factors in enumerate(map(tuple, self._factors().tolist()))}
        order = [
            column[_factors_of(powers, self.degree)] for powers in found.feature_library.powers_
        ]
        solved = np.zeros(tuple(self.coefficients.shape))
        solved[:, order] = found.coefficients() * scale[:, None]
        return solved

    def _shrunk(
        self,
        found: Float[np.ndarray, "regions terms"],
        states: np.ndarray,
        changes: np.ndarray,
        inputs: np.ndarray,
        ridge: float,
    ) -> Float[np.ndarray, "regions terms"]:
        """Return the terms that were found, solved anew by ridge regression."""
        variables = np.column_stack([np.ones(len(states)), states, inputs])
        factors = self._factors().cpu().numpy()
        terms, linear = variables[:, factors].prod(axis=2), (factors[:, :-1] == 0).all(axis=1)
        shared = linear & ((factors[:, -1] == 0) | (factors[:, -1] > self.n_regions))
        solved = np.zeros_like(found)
        for i, row in enumerate(found):
            kept = row != 0
            free = shared | (linear & (factors[:, -1] == 1 + i))
            gram = terms[:, kept].T @ terms[:, kept] + np.diag(np.where(free, 0.0, ridge)[kept])
            solved[i, kept] = np.linalg.lstsq(gram, terms[:, kept].T @ changes[:, i])[0]
        return solved

    def _assign(self, solved: Float[np.ndarray, "regions terms"]) -> None:
        with torch.no_grad():
            self.coefficients.copy_(torch.as_tensor(solved))
            self.get_buffer("kept").copy_(torch.as_tensor(solved != 0))

    def field(
        self,
        x: Float[Tensor, "batch regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return f: the change per sample, or dx/dt in standard deviations per sample."""
        seen = torch.cat([x.new_ones(len(x), 1), self.with_drive(x, drive)], dim=1)
        terms = x.new_ones(len(x), 1)
        for factor in self._factors().T:
            terms = terms * seen[:, factor]
        return nn.functional.linear(terms, self.coefficients * self.get_buffer("kept"))

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        x = windows[:, -1]
        first = self.field(x, drive)
        if self.time == "discrete":
            return x + first
        second = self.field(x + first / 2, drive)
        third = self.field(x + second / 2, drive)
        return x + (first + 2 * second + 2 * third + self.field(x + third, drive)) / 6

    def equations(self) -> tuple[str, ...]:
        """Return f of every region in words: x0, x1, ... are regions, u0, ... inputs."""
        names = [f"x{k}" for k in range(self.n_regions)] + [f"u{k}" for k in range(self.n_inputs)]
        terms = ["".join(f" {names[k - 1]}" for k in row if k) for row in self._factors().tolist()]
        numbers = (self.coefficients * self.get_buffer("kept")).tolist()
        sums = [[f"{c:.4g}{t}" for c, t in zip(row, terms, strict=True) if c] for row in numbers]
        return tuple(" + ".join(parts) or "0" for parts in sums)

    def _factors(self) -> Tensor:
        return self.get_buffer("factors")


def _factors_of(powers: np.ndarray, degree: int) -> tuple[int, ...]:
    """Return a monomial's variables, each as often as its power, filled up by the number one."""
    variables = np.repeat(np.arange(1, len(powers) + 1), powers)
    return tuple([0] * (degree - len(variables)) + variables.tolist())


def _smoothed(
    pysindy: Any, states: np.ndarray, targets: np.ndarray, inputs: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return smoothed samples, their derivatives and inputs of all stretches without a gap."""
    gaps = np.flatnonzero((states[1:] != targets[:-1]).any(axis=1)) + 1
    found = []
    for rows in np.split(np.arange(len(states)), gaps):
        if len(rows) < _SMOOTHED:
            continue
        smoother = {"window_length": _SMOOTHED, "polyorder": _CUBIC}
        method = pysindy.SmoothedFiniteDifference(smoother_kws=smoother)
        change = method(states[rows], t=1.0)
        found.append((np.asarray(method.smoothed_x_), np.asarray(change), inputs[rows]))
    if not found:
        raise ValueError(
            f"a smoothed derivative needs {_SMOOTHED} samples in a row, but no stretch is that "
            'long; use time="discrete"'
        )
    x, change, u = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return x, change, u
