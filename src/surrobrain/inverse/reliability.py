"""Whether what was fitted to a person is found again in that person's next session."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.fit_learned import FitResult
from surrobrain.inverse.fit_network import NetworkFit
from surrobrain.inverse.influence import influence_at_mean
from surrobrain.learned.surrogate import Surrogate
from surrobrain.statistics.intraclass import intraclass_correlation

__all__ = ["Reliability", "reliability"]

_SHOWN = 20  # rows of the table
Fitted = NetworkFit | FitResult | Surrogate


@dataclass(frozen=True, eq=False)
class Reliability:
    """Intraclass correlation of every fitted number over sessions.

    Parameters
    ----------
    names : tuple of str
        What was fitted.
    icc : array, shape (n_numbers,)
        Share of the variance that is between people, NaN where nothing varies.
    low, high : array, shape (n_numbers,)
        Ends of the 95 % interval.
    kind : str
        "agreement" or "consistency".
    n_people, n_sessions : int
        How many.
    """

    names: tuple[str, ...]
    icc: Float[np.ndarray, "numbers"]
    low: Float[np.ndarray, "numbers"]
    high: Float[np.ndarray, "numbers"]
    kind: str
    n_people: int
    n_sessions: int

    def __str__(self) -> str:
        """Return the median and a table; of many numbers the most reliable ones."""
        known = self.icc[np.isfinite(self.icc)]
        middle = f"{np.median(known):.2f}" if len(known) else "not defined"
        head = (
            f"Reliability ({self.kind}) of {len(self.names)} numbers over {self.n_sessions} "
            f"sessions of {self.n_people} people: median ICC {middle}."
        )
        order = np.argsort(-np.nan_to_num(self.icc, nan=-np.inf), kind="stable")[:_SHOWN]
        width = max(len(self.names[k]) for k in order)
        rows = [
            f"{self.names[k]:<{width}}  {self.icc[k]:5.2f}  [{self.low[k]:.2f}, {self.high[k]:.2f}]"
            for k in order
        ]
        left = len(self.names) - len(order)
        return "\n".join([head, *rows, *([f"and {left} more"] if left else [])])


def reliability(
    sessions: Sequence[Sequence[Fitted]],
    *,
    kind: Literal["agreement", "consistency"] = "agreement",
) -> Reliability:
    """Say which fitted numbers are properties of the person, and which of the day.

    A number that differs between people and is found again is a candidate for a biomarker; one
    with an ICC near zero is noise of the fit or a passing state.

    Parameters
    ----------
    sessions : sequence of sequence of NetworkFit, FitResult or Surrogate
        One list per session, each with one fit per person, in the same order.
    kind : {"agreement", "consistency"}
        Whether a shift of everyone from one session to the next counts against it; see
        `intraclass_correlation`.

    Returns
    -------
    Reliability
        Of a network the unknowns in their units; of a learned model how much every region moves
        every other within one sample, at the mean state, in standard deviations, summed over its
        memory: weights of a network with hidden units have no identity to be found again.

    Raises
    ------
    ValueError
        Fewer than two sessions or people, or fits of different things.
    TypeError
        Something that is no fit arrived.

    Notes
    -----
    Fits that were shrunk towards one group look more alike in all respects: people do, and
    sessions do. Compare reliabilities of fits that were made in the same way, session by session.

    Examples
    --------
    >>> import surrobrain as sb
    >>> people = [sb.examples.linear_network(4, duration=400.0, seed=k).recording for k in range(3)]
    >>> halves = zip(*(person.split(0.5) for person in people))
    >>> fits = [[sb.fit(sb.LinearVAR(4), each) for each in session] for session in halves]
    >>> found = reliability(fits)
    >>> len(found.names), bool(np.median(found.icc) > 0.8)
    (16, True)
    """
    if len({len(session) for session in sessions}) != 1:
        raise ValueError(
            f"every session needs one fit per person, but sessions of "
            f"{[len(session) for session in sessions]} arrived"
        )
    told = [[_numbers(each) for each in session] for session in sessions]
    names = {tuple(each) for session in told for each in session}
    if len(names) > 1:
        raise ValueError(
            "the fits do not agree in what was fitted, so nothing can be compared; use the same "
            "unknowns, or the same kind of model with the same regions, in all of them"
        )
    measured = np.array([[list(each.values()) for each in session] for session in told])
    found = intraclass_correlation(measured.transpose(1, 0, 2), kind=kind)
    n_sessions, n_people = measured.shape[:2]
    return Reliability(
        next(iter(names)), found.value, found.low, found.high, kind, n_people, n_sessions
    )


def _numbers(fitted: object) -> dict[str, float]:
    """Return what a fit says of a person, by name."""
    if isinstance(fitted, NetworkFit):
        return fitted.values
    model = fitted.model if isinstance(fitted, FitResult) else fitted
    if not isinstance(model, Surrogate):
        raise TypeError(
            f"reliability compares fits (of sb.fit or sb.fit_group) and surrogates, but "
            f"{type(fitted).__name__} arrived"
        )
    n = len(model.names)
    companion = influence_at_mean(model.architecture).detach().cpu().double().numpy()
    moved = companion[-n:].reshape(n, -1, n).sum(axis=1)  # (region, sample, from) -> over samples
    pairs = ((i, j) for i in range(n) for j in range(n))
    return {f"{model.names[j]} -> {model.names[i]}": float(moved[i, j]) for i, j in pairs}
