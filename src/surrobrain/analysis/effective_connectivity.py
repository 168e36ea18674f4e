"""Effective connectivity: what a change of one region does to the others, asked of a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, positive, same_names, whole
from surrobrain.data.recording import Recording
from surrobrain.forward import ForwardModel, Predictor
from surrobrain.learned.surrogate import Surrogate
from surrobrain.learned.windows import cut_windows, training_windows

__all__ = ["EffectiveConnectivity", "effective_connectivity"]

_SPACING = 10  # samples between the states of a free run, so that they differ
_PREDICTOR_STATES, _RUN_STATES = 500, 20
_ELEMENTS = 2**24


@dataclass(frozen=True, eq=False)
class EffectiveConnectivity:
    """How strongly each region acts on each other one.

    Parameters
    ----------
    weights : array, shape (n_regions, n_regions)
        ``weights[i, j]``: change of region i per unit of change of region j, ``lag`` samples
        earlier, averaged over states; of innovations, their covariance. The diagonal is kept: it
        is a region's own persistence, and comparisons with other matrices should leave it out.
    error : array, shape (n_regions, n_regions)
        Standard error of that average over states; zero for a linear model.
    method : str
        "jacobian", "perturbation" or "innovations".
    lag : int
        Samples between cause and effect; 0 for innovations.
    names : tuple of str
        Region names.
    """

    weights: Float[np.ndarray, "regions regions"]
    error: Float[np.ndarray, "regions regions"]
    method: str
    lag: int
    names: tuple[str, ...]


def effective_connectivity(
    model: ForwardModel,
    recording: Recording | None = None,
    *,
    method: Literal["jacobian", "perturbation", "innovations"] = "jacobian",
    size: float = 1.0,
    lag: int = 1,
    n_states: int | None = None,
    seed: int = 0,
) -> EffectiveConnectivity:
    """Ask a model what each region does to the others.

    Parameters
    ----------
    model : ForwardModel
        A surrogate; for ``method="perturbation"`` any forward model.
    recording : Recording, optional
        States to average over are its windows, evenly spaced in time; states of a free run of the
        model when absent. A model whose state cannot be read off data (a network) takes none.
    method : {"jacobian", "perturbation", "innovations"}
        Exact derivative of the next sample; a change of finite size; or what regions share within
        a sample, where samples come slower than regions act on each other, as in fMRI.
    size : float
        Size of the perturbation, positive. For a surrogate: in standard deviations of each region,
        added to its newest sample. For a network: in the unit of its input, during one sample.
    lag : int
        Samples between cause and effect. The Jacobian knows lag 1 only.
    n_states : int, optional
        States at most; by default 500 for a surrogate and 20 for a network, which needs one run
        for every state and region.
    seed : int
        Seed of the free runs.

    Returns
    -------
    EffectiveConnectivity
        Change of i per unit of change (or of input) of j, so that both methods agree on a
        linear model.

    Raises
    ------
    ValueError
        The recording has other regions, or the method does not offer what is asked.
    TypeError
        The Jacobian of a model that is no surrogate is asked for.

    Notes
    -----
    Jacobian: mean over states of d x_i[t+1] / d x_j[t]. Perturbation: mean over states of
    (E[x_i[t+lag] | x_j[t] + d] - E[x_i[t+lag] | x_j[t]]) / d [1]_; for a network the two runs share
    their noise instead of having none. Innovations: covariance of the errors of one-step
    predictions, in units of the recording, symmetric. A system whose regions act alike in both
    directions and are driven by equal noise answers a lasting push in proportion to the covariance
    of its fluctuations [2]_; prediction takes away what a slow observation adds to them.

    References
    ----------
    .. [1] Luo et al. (2025), Mapping effective connectivity by virtually perturbing a surrogate
       brain, Nature Methods.
    .. [2] Kubo (1966), The fluctuation-dissipation theorem. Rep Prog Phys 29:255.

    Examples
    --------
    >>> import surrobrain as sb
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(300, 3)), sfreq=1.0)
    >>> model = sb.fit(sb.LinearVAR(3), recording).model
    >>> exact = effective_connectivity(model, recording)
    >>> finite = effective_connectivity(model, recording, method="perturbation", size=2.0)
    >>> bool(np.allclose(exact.weights, finite.weights))
    True
    """
    choice(method, ("jacobian", "perturbation", "innovations"), "method")
    size, lag = positive(size, "size"), whole(lag, "lag", low=1)
    if recording is not None:
        same_names(recording.names, model.names, our="the recording", their="the model")
    if method == "innovations":
        lag, samples = 0, _shared(model, recording)
    elif isinstance(model, Predictor):
        n_states = whole(n_states or _PREDICTOR_STATES, "n_states", low=2)
        windows, spread = _states(model, recording, n_states=n_states, seed=seed)
        if method == "perturbation":
            samples = _displaced(model, windows, displacement=size * spread, lag=lag)
        else:
            samples = _derivatives(model, windows, lag=lag)
    else:
        _refuse_unseen(model, method, recording)
        n_states = whole(n_states or _RUN_STATES, "n_states", low=2)
        samples = _pulsed(model, size=size, lag=lag, n_states=n_states, seed=seed)
    mean, error = _average(samples)
    return EffectiveConnectivity(mean, error, method, lag, tuple(model.names))


def _refuse_unseen(model: ForwardModel, method: str, recording: Recording | None) -> None:
    """Refuse what a model whose state is not read off data cannot answer."""
    if method == "jacobian" or recording is not None:
        raise ValueError(
            f"the state of {type(model).__name__} cannot be read off data, so it has no "
            "Jacobian at samples; use method='perturbation' without a recording"
        )
    if model.names != model.regions:
        raise ValueError(
            f"{type(model).__name__} observes {len(model.names)} channels, not its "
            f"{len(model.regions)} regions, so what one region does to another is not seen; "
            "ask a model that observes its regions"
        )


def _states(
    model: Predictor, recording: Recording | None, *, n_states: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return evenly spaced windows and the standard deviation of every region."""
    if recording is None:
        n_times = n_states * _SPACING + model.memory
        values = model.run(n_times, seed=seed).values
        recording = Recording(values, model.sfreq, model.names, on_bad="keep")
    windows, _ = training_windows([recording], memory=model.memory)
    kept = np.unique(np.linspace(0, len(windows) - 1, n_states).round().astype(int))
    return windows[kept], recording.values[recording.valid].std(axis=0)


def _shared(model: ForwardModel, recording: Recording | None) -> Iterator[np.ndarray]:
    """Yield the products of all pairs of errors, sample by sample."""
    if recording is None or not isinstance(model, Predictor):
        raise ValueError(
            "innovations are the errors of a model that predicts a recording; give a fitted "
            "surrogate and the recording"
        )
    found = cut_windows([recording], memory=model.memory)
    told = {"drive": found.drives} if getattr(model, "n_inputs", 0) else {}
    errors = (found.following - model.predict(found.windows, **told)).astype(np.float64)
    errors -= errors.mean(axis=0)
    for each in errors:
        yield np.outer(each, each)


def _derivatives(model: Predictor, windows: np.ndarray, *, lag: int) -> Iterator[np.ndarray]:
    if not isinstance(model, Surrogate):
        raise TypeError(
            f"the Jacobian needs a fitted surrogate, but {type(model).__name__} arrived; "
            "use method='perturbation'"
        )
    if lag != 1:
        raise ValueError(f"the Jacobian knows lag 1, but {lag} arrived; use method='perturbation'")
    chunk = max(1, _ELEMENTS // (model.memory * len(model.names) ** 2))
    for first in range(0, len(windows), chunk):
        yield from model.jacobian(windows[first : first + chunk])


def _displaced(
    model: Predictor, windows: np.ndarray, *, displacement: np.ndarray, lag: int
) -> Iterator[np.ndarray]:
    """Displace one region of the newest sample at a time, in all states of a chunk at once."""
    n = len(model.names)
    chunk = max(1, _ELEMENTS // (16 * model.memory * n**2))
    for first in range(0, len(windows), chunk):
        some = windows[first : first + chunk]
        repeated = np.repeat(some[:, None], n, axis=1)  # (state, displaced, memory, region)
        repeated[:, :, -1] += np.diag(displacement).astype(repeated.dtype)
        moved = _expected(model, repeated.reshape(-1, *some.shape[1:]), lag=lag)
        change = moved.reshape(len(some), n, n) - _expected(model, some, lag=lag)[:, None]
        yield from (change / displacement[:, None]).swapaxes(1, 2)  # (state, effect, cause)


def _expected(model: Predictor, windows: np.ndarray, *, lag: int) -> np.ndarray:
    """Predict ``lag`` samples ahead on the model's own predictions, without noise."""
    for _ in range(lag - 1):
        following = model.predict(windows)
        windows = np.concatenate([windows[:, 1:], following[:, None]], axis=1)
    return model.predict(windows)


def _pulsed(
    model: ForwardModel, *, size: float, lag: int, n_states: int, seed: int
) -> Iterator[np.ndarray]:
    """Give one region at a time an input for one sample, and compare runs of the same noise."""
    state = None
    for _ in range(n_states):
        state = model.run(_SPACING, state=state, seed=seed).state
        quiet = np.zeros((lag + 1, model.n_regions))
        before = model.run(lag + 1, state=state, inputs=quiet, seed=seed).values[lag]
        response = np.empty((model.n_regions, model.n_regions))
        for j in range(model.n_regions):
            pulse = quiet.copy()
            pulse[0, j] = size
            after = model.run(lag + 1, state=state, inputs=pulse, seed=seed).values[lag]
            response[:, j] = (after - before) / size
        yield response


def _average(samples: Iterator[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard error, in float64, without keeping the samples (Welford)."""
    count, mean, squares = 0, np.zeros(()), np.zeros(())
    for sample in samples:
        count += 1
        change = sample.astype(np.float64) - mean
        mean = mean + change / count
        squares = squares + change * (sample - mean)
    return mean, np.sqrt(squares / (count - 1) / count)
