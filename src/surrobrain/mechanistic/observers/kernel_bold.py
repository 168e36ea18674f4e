"""BOLD by convolution: a fixed hemodynamic response, computed while the network runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from surrobrain.checks import choice, positive
from surrobrain.signals.hemodynamics import KERNELS, GammaTerm

__all__ = ["KernelBOLD"]


@dataclass(frozen=True)
class KernelBOLD:
    """Observe fMRI as the output of every region convolved with a hemodynamic kernel.

    Linear, so faster to fit and to reason about than ``BOLD``; use it also to compare with work
    that convolved.

    Parameters
    ----------
    tr : float
        Seconds from one volume to the next.
    kernel : {"canonical", "double_sine", "gamma", "mixture_of_gammas", "volterra"}
        Response to a pulse; ``surrobrain.signals.hemodynamics.kernel_response`` shows them.

    Notes
    -----
    Every kernel is the answer of a small linear system, which runs in the loop: a gamma of order
    n is a chain of n equal leaks, ``dx1/dt = rate (u - x1)``, ``dx2/dt = rate (x1 - x2)`` ...; a
    damped sine an oscillator, ``dx/dt = -decay x + frequency y``, ``dy/dt = -decay y -
    frequency x + u``. Nothing of the past is stored. A lasting output u ends at u; the mean of
    the signal is that of the output, not zero.

    Differs: TVB's Bold monitor averages the activity over 4 ms, convolves 20 s of it and scales
    the result; its default is "volterra", which peaks at 0.8 s.

    Examples
    --------
    >>> len(KernelBOLD(tr=2.0, kernel="gamma").states)
    3
    """

    tr: float = 1.0
    kernel: str = "canonical"

    modality: ClassVar[str] = "fMRI"
    step: ClassVar[float] = 1e-3
    settle: ClassVar[float] = 30.0

    def __post_init__(self) -> None:
        """Refuse unknown kernels and times that are not positive."""
        positive(self.tr, "tr", unit="s")
        choice(self.kernel, KERNELS, "hemodynamic kernel")

    @property
    def states(self) -> tuple[str, ...]:
        """Names of its states: so many per term of the kernel as it needs."""
        sizes = [term.order if isinstance(term, GammaTerm) else 2 for term in KERNELS[self.kernel]]
        return tuple(f"term{k}_{n}" for k, size in enumerate(sizes) for n in range(size))

    @property
    def initial(self) -> Mapping[str, float]:
        """No response at the start."""
        return dict.fromkeys(self.states, 0.0)

    @property
    def interval(self) -> float:
        """Seconds from one sample to the next."""
        return self.tr

    @property
    def constants(self) -> dict[str, float]:
        """Numbers handed to its equations: none, the kernel is written into them."""
        return {}

    def drift(self, xp: Any, state: tuple, drive: Any, p: Any) -> tuple:
        """Return the time derivative of every state in 1/s."""
        left, derivatives = list(state), []
        for term in KERNELS[self.kernel]:
            if isinstance(term, GammaTerm):
                chain = [drive, *(left.pop(0) for _ in range(term.order))]
                derivatives += [term.rate * (before - x) for before, x in pairwise(chain)]
            else:
                x, y = left.pop(0), left.pop(0)
                derivatives.append(term.frequency * y - term.decay * x)
                derivatives.append(drive - term.frequency * x - term.decay * y)
        return tuple(derivatives)

    def read(self, xp: Any, state: tuple, drive: Any, p: Any) -> Any:
        """Return the response: the weighted sum of what the terms answer."""
        left, seen = list(state), 0.0 * state[0]
        for term in KERNELS[self.kernel]:
            size = term.order if isinstance(term, GammaTerm) else 2
            # a chain answers at its end, an oscillator with the first of its pair
            answer = left[size - 1] if isinstance(term, GammaTerm) else left[0]
            seen, left = seen + term.weight * answer, left[size:]
        return seen
