"""BOLD: the balloon model of blood flow and oxygen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.checks import choice, positive

__all__ = ["BOLD"]

_FRISTON_2003 = {
    "kappa": 0.65, "gamma": 0.41, "tau": 0.98, "alpha": 0.32, "rho": 0.34, "v0": 0.02,
}  # fmt: skip
_VARIANTS = {
    "friston2003": _FRISTON_2003,
    "friston2000": {**_FRISTON_2003, "kappa": 1 / 1.54, "gamma": 1 / 2.46, "alpha": 0.33},
    "deco": {**_FRISTON_2003, "kappa": 1 / 0.65, "gamma": 1 / 0.41},
}


@dataclass(frozen=True)
class BOLD:
    """Observe fMRI: the haemodynamic response to the output of every region.

    Parameters
    ----------
    tr : float
        Seconds from one volume to the next.
    variant : {"friston2003", "friston2000", "deco"}
        Set of constants; see Notes.

    Notes
    -----
    Signal s, flow f, volume v, deoxyhaemoglobin q, driven by the output u, in seconds::

        ds/dt = u - kappa s - gamma (f - 1)              df/dt = s
        tau dv/dt = f - v^(1/alpha)
        tau dq/dt = f (1 - (1 - rho)^(1/f)) / rho - v^(1/alpha - 1) q
        y = v0 (7 rho (1 - q) + 2 (1 - q/v) + (2 rho - 0.2) (1 - v))

    Kappa 0.65 /s and gamma 0.41 /s are rates. They are
    often read as time constants, 1/0.65 and 1/0.41; that variant, "deco", peaks at 2.2 s in
    place of 3.6 s and nearly loses its undershoot: use it only to compare with work that did.
    "friston2000" is NeuroImage 12:466. The logarithms of f, v and q are integrated, so that
    they stay positive without clipping.

    References
    ----------
    .. [1] Friston et al. (2003), Dynamic causal modelling. NeuroImage 19:1273.

    Examples
    --------
    >>> BOLD(tr=0.72).interval
    0.72
    """

    tr: float = 1.0
    variant: str = "friston2003"

    modality: ClassVar[str] = "fMRI"
    states: ClassVar[tuple[str, ...]] = ("s", "log_f", "log_v", "log_q")
    initial: ClassVar[Mapping[str, float]] = dict.fromkeys(states, 0.0)
    step: ClassVar[float] = 1e-3
    settle: ClassVar[float] = 25.0

    def __post_init__(self) -> None:
        """Refuse unknown variants and times that are not positive."""
        positive(self.tr, "tr", unit="s")
        choice(self.variant, _VARIANTS, "variant of BOLD")

    @property
    def interval(self) -> float:
        """Seconds from one sample to the next."""
        return self.tr

    @property
    def constants(self) -> dict[str, float]:
        """Numbers of its equations, derived ones included."""
        c = _VARIANTS[self.variant]
        return {
            **c,
            "stiffness": 1 / c["alpha"],
            "log_kept": math.log(1 - c["rho"]),
            "k1": 7 * c["rho"],
            "k2": 2.0,
            "k3": 2 * c["rho"] - 0.2,
        }

    @staticmethod
    def drift(xp: Any, state: tuple, drive: Any, p: Any) -> tuple:
        """Return the time derivatives of s, log f, log v and log q in 1/s."""
        s, log_f, log_v, log_q = state
        flow, outflow = xp.exp(log_f), xp.exp((p.stiffness - 1) * log_v)
        extraction = (1 - xp.exp(p.log_kept / flow)) / p.rho
        return (
            drive - p.kappa * s - p.gamma * (flow - 1),
            s / flow,
            (flow * xp.exp(-log_v) - outflow) / p.tau,
            (flow * extraction * xp.exp(-log_q) - outflow) / p.tau,
        )

    @staticmethod
    def read(xp: Any, state: tuple, drive: Any, p: Any) -> Any:
        """Return the relative signal change, as a fraction."""
        v, q = xp.exp(state[2]), xp.exp(state[3])
        return p.v0 * (p.k1 * (1 - q) + p.k2 * (1 - q / v) + p.k3 * (1 - v))
