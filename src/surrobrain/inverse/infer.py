"""From a recording to what is known of a network's unknowns: every answer, by its probability."""

import time
from pathlib import Path
from typing import Any

from surrobrain.catalog import load
from surrobrain.data.recording import Recording
from surrobrain.inverse.feature import Feature, Features, together
from surrobrain.inverse.features.functional_connectivity import functional_connectivity
from surrobrain.inverse.fit_network import prepared
from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.objective import Objective
from surrobrain.inverse.posterior import Posterior
from surrobrain.inverse.search import Search
from surrobrain.inverse.simulated_features import SimulatedFeatures

__all__ = ["infer", "objective_of"]

_BY_SIMULATION = ("neural_posterior", "smc_abc")  # the others need expected features
_METHODS = "surrobrain.inverse.methods"


def infer(
    free: FreeNetwork,
    recording: Recording | None = None,
    *,
    features: Feature | Features | None = None,
    method: str | Inference = "neural_posterior",
    seed: int = 0,
    folder: str | Path | None = None,
) -> Posterior:
    """Return how probable all values of a network's unknowns are, given a recording.

    Where `fit` gives one answer, this gives all of them with their probability: what the data
    decide, what they leave open, and what they only tell together.

    Parameters
    ----------
    free : FreeNetwork
        Network, unknowns and their priors.
    recording : Recording, optional
        What was measured; not needed where every feature has a target.
    features : Feature or Features, optional
        What is compared, by default the functional connectivity. A posterior is that given
        these numbers, not given the whole recording: ask for all that the unknowns change.
    method : str or Inference
        Name of a method, or all about it.
    seed : int
        Decides points, noise, training and draws.
    folder : str or Path, optional
        Where simulations are kept: a run that was killed goes on with those that are there, and
        another recording of the same length can be inferred from the same simulations.

    Returns
    -------
    Posterior
        Draws, their mean, spread and intervals per unknown, and warnings.

    Raises
    ------
    ValueError
        There is no such method, a feature of the recording is not finite, recording and network
        do not fit, or the method needs a gradient that this network has not.
    NotConverged
        The simulator fails for most of the prior, or nothing that is unknown has an effect.

    Notes
    -----
    Inside ``joblib.parallel_config(backend="dask")`` the simulations run on the cluster.

    Examples
    --------
    >>> import surrobrain as sb
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.3, noise=1.0)
    >>> recording = sb.simulate(network, duration=60.0, seed=1)
    >>> free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    >>> posterior = infer(free, recording, method="laplace")
    >>> low, high = posterior.interval(0.95)[:, 0]
    >>> bool(low < 0.3 < high), bool(posterior.shrinkage[0] > 0.8)
    (True, True)
    """
    begin = time.monotonic()
    options = Inference(method) if isinstance(method, str) else method
    compared = together(features or functional_connectivity())
    objective = objective_of(free, recording, compared, options, seed)
    problem = SimulatedFeatures(objective, None if folder is None else Path(folder))
    run: Any = load(_METHODS, options.method)
    drawn = run(problem, options, seed=seed)
    return Posterior(
        free, drawn.u, options, drawn.diagnostics, drawn.failed, time.monotonic() - begin, seed,
        drawn.warnings, objective,
    )  # fmt: skip


def objective_of(
    free: FreeNetwork,
    recording: Recording | None,
    features: Features,
    options: Inference,
    seed: int,
) -> Objective:
    """Return what is compared and how expected features are had, or say what does not go."""
    if recording is None and options.duration is None:
        raise ValueError(
            "there is no recording that says how long to simulate; give Inference(duration=...)"
        )
    without = options.method in _BY_SIMULATION
    if not without:
        _refuse_flat(free, options)

    def through(way: Any) -> Objective:
        search = Search(
            "cma_es" if without else "lbfgs", through=way, n_draws=options.noise_draws,
            duration=options.duration,
        )  # fmt: skip
        return prepared(free, recording, features, penalties=(), search=search, seed=seed)

    if without or options.through == "simulation":
        return through("simulation")
    if options.through == "linearization":
        return through("linearization")
    try:
        return through("linearization")
    except ValueError:  # what is wrong with both ways is said by the other
        return through("simulation")


def _refuse_flat(free: FreeNetwork, options: Inference) -> None:
    flat = [name for name in free.groups if "." in name]
    if free.then is not None:
        flat.append("what follows from the unknowns (then=...)")
    if flat:
        raise ValueError(
            f"{options.method} needs gradients, but {flat[0]} has none; use "
            "method='neural_posterior' or 'smc_abc'"
        )
