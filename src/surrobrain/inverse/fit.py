"""fit: from a recording to a model of that brain."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from surrobrain.inverse.constraint import Constraint
from surrobrain.inverse.feature import Feature, Features
from surrobrain.inverse.fit_learned import fit_learned
from surrobrain.inverse.fit_network import fit_network
from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.search import Search
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.surrogate import Surrogate
from surrobrain.mechanistic.network import Network
from surrobrain.training.options import Training

__all__ = ["fit"]

Penalty = Callable[[Any], Any]


def fit(
    model: Any,
    recording: Any,
    *,
    loss: Any = None,
    penalties: Sequence[Penalty | Constraint] = (),
    training: Any = None,
    seed: int = 0,
    checkpoint: str | Path | None = None,
) -> Any:
    """Fit a learned model, or the unknowns of a mechanistic network, to recordings.

    Parameters
    ----------
    model : Architecture, Surrogate or FreeNetwork
        Left as it is; a copy is fitted. A surrogate is trained further from its weights by
        gradient, a linear one too, for instance from a group to one person, whose own mean and
        scale it then takes. The unknowns of a `FreeNetwork` are searched for.
    recording : Recording or list of Recording
        Same regions and rate. The last part in time of each is the validation part
        (``training.held_out``). Several are each centered and scaled by their own training part;
        the surrogate has the average center and scale. A network takes one, or None where every
        feature has its own target; inputs of the recording, one column per region, drive it.
    loss : Loss, Feature or Features, optional
        Learned models: the data term (``surrobrain.losses``); by default the next sample, or what
        the model says suits it. Networks: what is compared (``surrobrain.features``), by default
        functional connectivity.
    penalties : sequence of callable or Constraint
        Terms added to the loss (``surrobrain.penalties``). Of a network also what must hold at
        the end, such as a mean rate of 3 Hz in every region (`Constraint`).
    training : Training or Search, optional
        Learned models: epochs, learning rate and so on. Networks: how to search.
    seed : int
        Decides every random draw.
    checkpoint : path, optional
        File to go on from if it exists, and to rewrite on the way. A fit that was killed and is
        called again ends with the same numbers to the bit.

    Returns
    -------
    FitResult or NetworkFit
        The fitted model, its errors, and warnings.

    Raises
    ------
    TypeError
        The model is neither, for instance a network of which nothing is unknown.
    ValueError
        Regions of model, recordings or penalties differ; a recording is too short; what is
        searched has no gradient or no covariance; the checkpoint belongs to another fit.
    BadRecording
        A region does not vary.
    Diverged
        The loss or the validation error left the finite range.
    NotConverged
        The loss of a network does not depend on what is unknown, nothing could be simulated, or
        no point was found at which all constraints hold.

    Notes
    -----
    A learned model keeps the weights with the lowest validation error, its start included
    (`fit_learned`). A network keeps the best of its searches; that they agree, that the answer
    survives noise in the data, and that the data are among what the model can do, is another
    question: see `trust`.

    Examples
    --------
    >>> import numpy as np
    >>> import surrobrain as sb
    >>> values = np.random.default_rng(0).normal(size=(300, 2))
    >>> result = fit(sb.MLP(2, memory=1, hidden=4), sb.Recording(values, sfreq=1.0), seed=0)
    >>> result.history.validation[result.stopped_at] <= result.history.validation[0]
    True
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.3, noise=1.0)
    >>> recording = sb.simulate(network, duration=60.0)
    >>> free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    >>> search = sb.Search("lbfgs", through="linearization")
    >>> alike = sb.features.functional_connectivity(distance="squared")
    >>> found = fit(free, recording, loss=alike, training=search).values["coupling"]
    >>> 0.0 < found < 0.45
    True
    """
    common: dict[str, Any] = {"penalties": penalties, "seed": seed, "checkpoint": checkpoint}
    if isinstance(model, FreeNetwork):
        _expect(training, Search, "training of a network", "sb.Search(...)")
        _expect(loss, (Feature, Features), "loss of a network", "a feature (sb.features)")
        return fit_network(model, recording, loss=loss, search=training, **common)
    if isinstance(model, (Architecture, Surrogate)):
        _expect(training, Training, "training of a learned model", "sb.Training(...)")
        if any(isinstance(each, Constraint) for each in penalties):
            raise TypeError("constraints hold for networks; give a learned model a penalty instead")
        return fit_learned(model, recording, loss=loss, training=training, **common)
    if isinstance(model, Network):
        raise TypeError(
            "fit was given a network of which nothing is unknown; say what is: "
            'sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 1.0)})'
        )
    raise TypeError(
        "fit takes a learned model, such as sb.LinearVAR(n_regions) or sb.MLP(n_regions), an "
        f"already fitted surrogate, or a FreeNetwork, but {type(model).__name__} arrived"
    )


def _expect(given: object, kind: Any, what: str, instead: str) -> None:
    if given is not None and not isinstance(given, kind):
        raise TypeError(f"the {what} must be {instead}, but {type(given).__name__} arrived")
