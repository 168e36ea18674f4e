"""How strongly to penalize: what predicts left-out time best, and the corner of the L-curve."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number
from surrobrain.data.recording import Recording
from surrobrain.inverse.feature import Feature, Features, together
from surrobrain.inverse.features.functional_connectivity import functional_connectivity
from surrobrain.inverse.fit import fit
from surrobrain.inverse.fit_network import prepared
from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.losses import Loss
from surrobrain.inverse.objective import Point
from surrobrain.inverse.search import Search
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.windows import cut_windows
from surrobrain.progress import progress
from surrobrain.training.options import Training

__all__ = ["Strength", "choose_strength", "corner"]

_BENT = 0.05  # of the square around the curve: a point that is less far below its ends is no corner
_KEPT = 0.7  # share of the recording that is fitted; the rest judges


@dataclass(frozen=True, eq=False)
class Strength:
    """What every strength of a penalty costs and gains.

    Parameters
    ----------
    weights : array, shape (n_weights,)
        Strengths, from weak to strong.
    misfits : array, shape (n_weights,)
        Distance of the fit from the part of the recording that was fitted.
    sizes : array, shape (n_weights,)
        The penalty at weight 1.
    errors : array, shape (n_weights,)
        Distance from the part that was left out.
    best : float
        Weight with the lowest error.
    corner : float or None
        Weight at the corner of the L-curve, beyond which the misfit rises fast; None where the
        curve has no corner.
    """

    weights: Float[np.ndarray, "weights"]
    misfits: Float[np.ndarray, "weights"]
    sizes: Float[np.ndarray, "weights"]
    errors: Float[np.ndarray, "weights"]
    best: float
    corner: float | None


def choose_strength(
    model: Architecture | FreeNetwork,
    recording: Recording,
    *,
    penalty: Callable[[float], Any],
    weights: Sequence[float] = (1e-4, 1e-3, 1e-2, 1e-1, 1.0),
    loss: Loss | Feature | Features | None = None,
    training: Training | Search | None = None,
    seed: int = 0,
) -> Strength:
    """Fit with every strength of a penalty, and say which predicts left-out time best.

    Parameters
    ----------
    model : Architecture or FreeNetwork
        What is fitted.
    recording : Recording
        The first 70 % of its time are fitted, the rest judges.
    penalty : callable
        Weight -> penalty: ``sb.penalties.energy``, or
        ``lambda weight: sb.penalties.structure(connectome, weight)``.
    weights : sequence of float
        Strengths above zero, at least three.
    loss : Loss, Feature or Features, optional
        As in `fit`.
    training : Training or Search, optional
        As in `fit`.
    seed : int
        Seed of the fits.

    Returns
    -------
    Strength

    Raises
    ------
    ValueError
        Fewer than three weights, or one that is not positive.

    Notes
    -----
    Learned models are judged by their mean squared error in predicting the next sample, networks
    by the distance of their features from those of the left-out part. Misfit and size follow an L
    in logarithms [1]_; its corner needs no left-out time, but assumes that noise is white.

    References
    ----------
    .. [1] Hansen & O'Leary (1993), The use of the L-curve in the regularization of discrete
       ill-posed problems. SIAM J Sci Comput 14:1487.

    Examples
    --------
    >>> import surrobrain as sb
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(300, 3)), sfreq=1.0)
    >>> chosen = choose_strength(
    ...     sb.LinearVAR(3), recording, penalty=sb.penalties.energy, weights=[0.01, 0.1, 1.0],
    ...     training=sb.Training(epochs=6, rate=0.1),
    ... )
    >>> chosen.best  # noise is best predicted by nothing
    1.0
    """
    strengths = np.unique([number(w, "a weight", low=1e-300) for w in weights])
    if len(strengths) < 3:
        raise ValueError(f"the L-curve needs at least three weights, but {list(weights)} arrived")
    early, late = recording.split(_KEPT)
    options = {"loss": loss, "training": training, "seed": seed}
    rows = []
    with progress(len(strengths), label="strengths") as report:
        for done, weight in enumerate(strengths, start=1):
            given = penalty(float(weight))
            if isinstance(model, FreeNetwork):
                rows.append(_network(model, (early, late), given, penalty(1.0), options))
            else:
                rows.append(_learned(model, (early, late), given, penalty(1.0), options))
            report(done, f"weight {weight:g}")
    misfits, sizes, errors = np.array(rows).T
    bend = corner(misfits, sizes)
    return Strength(
        strengths, misfits, sizes, errors, float(strengths[np.argmin(errors)]),
        None if bend is None else float(strengths[bend]),
    )  # fmt: skip


def corner(
    misfits: Float[np.ndarray, "weights"], sizes: Float[np.ndarray, "weights"]
) -> int | None:
    """Return where an L-curve bends most, as the number of the point; None if it does not.

    Parameters
    ----------
    misfits, sizes : array, shape (n_weights,)
        Along the curve, weights growing.

    Notes
    -----
    The point farthest below the line between both ends, in logarithms scaled to a square: a
    triangle that is robust where a curvature of few points is not.

    Examples
    --------
    >>> corner(np.array([1.0, 1.1, 1.2, 10.0, 100.0]), np.array([100.0, 10.0, 1.2, 1.1, 1.0]))
    2
    """
    axes = []
    for values in (misfits, sizes):
        logs = np.log(np.maximum(values, np.finfo(float).tiny * 1e8))
        axes.append((logs - logs.min()) / (np.ptp(logs) or 1.0))
    x, y = axes
    below = (x - x[0]) * (y[0] - y[-1]) + (y - y[0]) * (x[-1] - x[0])
    return int(np.argmin(below)) if below.min() < -_BENT else None


def _learned(
    model: Architecture, parts: tuple[Recording, Recording], given: Any, plain: Any, options: dict
) -> tuple[float, float, float]:
    import torch

    fitted: Any = fit(model, parts[0], penalties=[given], **options).model
    errors = []
    for part in parts:
        cut = cut_windows([part], memory=fitted.memory)
        found = fitted.predict(cut.windows)
        errors.append(float(np.square((found - cut.following) / fitted.scale).mean()))
    with torch.no_grad():
        size = float(plain(fitted.architecture))
    return errors[0], size, errors[1]


def _network(
    free: FreeNetwork, parts: tuple[Recording, Recording], given: Any, plain: Any, options: dict
) -> tuple[float, float, float]:
    import torch

    features = together(options["loss"] or functional_connectivity())
    search, seed = options["training"] or Search(), options["seed"]
    u = fit(free, parts[0], penalties=[given], **options).u
    distances = []
    for part in parts:
        objective = prepared(free, part, features, penalties=(), search=search, seed=seed)
        distances.append(float(objective.values(u[None])[0]))
    with torch.no_grad():
        size = float(plain(Point(free, torch.as_tensor(u))))
    return distances[0], size, distances[1]
