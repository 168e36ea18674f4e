"""Save what a fit or an inference found, and load it again, down to what was compared."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain import catalog
from surrobrain.checks import choice, existing_file
from surrobrain.files import sha256, write_arrays, write_json
from surrobrain.inverse.feature import Feature, Features, together
from surrobrain.inverse.fit_network import NetworkFit
from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.objective import Objective
from surrobrain.inverse.posterior import Posterior
from surrobrain.inverse.search import Search
from surrobrain.inverse.unknowns import AlongMaps, Global, PerRegion, Tied
from surrobrain.models import load_model, save_model

__all__ = ["load_answer", "save_answer"]

_FORMAT = 1
_PRIORS, _FEATURES = "surrobrain.inverse.priors", "surrobrain.inverse.features"
_UNKNOWNS = {kind.__name__: kind for kind in (Global, PerRegion, AlongMaps, Tied)}
_FIT = ("loss", "distances", "prior_loss", "seconds", "seed", "warnings")
_POSTERIOR = ("diagnostics", "failed", "seconds", "seed", "warnings")


def save_answer(answer: NetworkFit | Posterior, folder: str | Path) -> Path:
    """Write a fitted network, or a posterior, as numbers and text.

    Parameters
    ----------
    answer : NetworkFit or Posterior
        What `fit` or `infer` returned for a `FreeNetwork`.
    folder : str or Path
        Made if absent; an older answer in it is replaced.

    Returns
    -------
    Path
        The folder: ``answer.json``, ``answer.safetensors`` and ``network/``, which `load_model`
        reads.

    Raises
    ------
    TypeError
        Something else arrived, or a prior that is not of ``surrobrain.priors``.

    Examples
    --------
    >>> import tempfile
    >>> import surrobrain as sb
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.3, noise=1.0)
    >>> recording = sb.simulate(network, duration=60.0)
    >>> free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    >>> alike = sb.features.functional_connectivity(distance="squared")
    >>> search = sb.Search("lbfgs", through="linearization")
    >>> found = sb.fit(free, recording, loss=alike, training=search)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = load_answer(save_answer(found, folder))
    >>> again.values == found.values
    True
    """
    if not isinstance(answer, (NetworkFit, Posterior)):
        raise TypeError(
            "save_answer takes what fit or infer returned for a FreeNetwork, but "
            f"{type(answer).__name__} arrived; save_model keeps models"
        )
    target, free = Path(folder), answer.free
    is_fit = isinstance(answer, NetworkFit)
    arrays: dict[str, np.ndarray] = {"u": answer.u}
    if is_fit:
        arrays |= {"starts": answer.starts, "losses": answer.losses,
                   "history": np.array(answer.history)}  # fmt: skip
    unknowns = {name: _spelled(each, name, arrays) for name, each in free.unknowns.items()}
    record: dict[str, Any] = {
        "format": _FORMAT, "class": type(answer).__name__, "unknowns": unknowns,
        "then": None if free.then is None else getattr(free.then, "__name__", "?"),
        "facts": {name: getattr(answer, name) for name in (_FIT if is_fit else _POSTERIOR)},
    }  # fmt: skip
    if isinstance(answer, Posterior):
        record["inference"] = dataclasses.asdict(answer.inference)
    if answer.objective is not None:
        record["objective"] = _compared(answer.objective, arrays)
    save_model(free.network, target / "network")
    record["sha256"] = sha256(write_arrays(target / "answer.safetensors", arrays))
    write_json(target / "answer.json", record)
    return target


def load_answer(
    folder: str | Path,
    *,
    features: Feature | Features | None = None,
    then: Callable[..., Any] | None = None,
) -> NetworkFit | Posterior:
    """Read what `save_answer` wrote.

    Parameters
    ----------
    folder : str or Path
        Holds ``answer.json``, ``answer.safetensors`` and ``network``.
    features : Feature or Features, optional
        What was compared, where that was not made by ``surrobrain.features``.
    then : callable, optional
        What was done to every network, where that was a function of one's own.

    Returns
    -------
    NetworkFit or Posterior
        With everything that `trust` needs, but for penalties: they are not kept.

    Raises
    ------
    FileNotFoundError
        A file is absent.
    ValueError
        A file is damaged, the two do not belong together, or features or function are missing.

    Examples
    --------
    >>> load_answer("no_such_answer")
    Traceback (most recent call last):
    FileNotFoundError: there is no file 'no_such_answer/answer.json'; check the path
    """
    place = Path(folder)
    record, arrays = _read(place)
    unknowns = {name: _unknown(each, name, arrays) for name, each in record["unknowns"].items()}
    network: Any = load_model(place / "network")
    free = FreeNetwork(network, unknowns, _followed(record["then"], then))
    objective = None
    facts = {**record["facts"], "warnings": tuple(record["facts"]["warnings"])}
    if "objective" in record:
        objective, lost = _asked(record["objective"], free, arrays, features)
        facts["warnings"] += lost
    if record["class"] == "Posterior":
        how = Inference(**record["inference"])
        return Posterior(free, arrays["u"], how, objective=objective, **facts)
    assert objective is not None
    return NetworkFit(
        model=free.at(arrays["u"]), free=free, u=arrays["u"], starts=arrays["starts"],
        losses=arrays["losses"], history=tuple(arrays["history"].tolist()), objective=objective,
        **facts,
    )  # fmt: skip


def _read(place: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    described = existing_file(place / "answer.json")
    numbers = existing_file(place / "answer.safetensors")
    try:
        record = json.loads(described.read_text())
        version, digest, name = record["format"], record["sha256"], record["class"]
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ValueError(
            f"{str(described)!r} does not describe an answer ({error!r}); save it again"
        ) from None
    if version != _FORMAT:
        raise ValueError(
            f"the answer has format {version} but this version reads {_FORMAT}; update surrobrain"
        )
    choice(name, ("NetworkFit", "Posterior"), "kind of answer")
    try:
        if sha256(numbers) != digest:
            raise SafetensorError("it is not the file its description was written for")
        return record, load_file(numbers)
    except SafetensorError as error:
        raise ValueError(f"{str(numbers)!r} is damaged or mixed up ({error})") from None


def _spelled(given: Any, name: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return an unknown, or a prior, as its class and its fields; arrays go with the arrays."""
    if dataclasses.is_dataclass(given) and type(given).__module__.startswith("surrobrain.inverse"):
        fields = {f.name: getattr(given, f.name) for f in dataclasses.fields(given)}
        return {"is": type(given).__name__} | {
            field: _spelled_field(value, f"{name}/{field}", arrays)
            for field, value in fields.items()
        }
    raise TypeError(
        f"the prior of {name} is a {type(given).__name__}, which cannot be saved; use one of "
        f"surrobrain.priors: {', '.join(catalog.names(_PRIORS))}"
    )


def _spelled_field(value: Any, name: str, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {key: _spelled_field(each, f"{name}/{key}", arrays) for key, each in value.items()}
    if np.ndim(value):
        arrays[name] = np.asarray(value, dtype=np.float64)
        return {"array": name}
    return _spelled(value, name, arrays)


def _unknown(spelled: Any, name: str, arrays: Mapping[str, np.ndarray]) -> Any:
    """Return what `_spelled` wrote down."""
    if not isinstance(spelled, dict):
        return spelled
    if "array" in spelled:
        return arrays[spelled["array"]]
    inner = {k: _unknown(v, f"{name}/{k}", arrays) for k, v in spelled.items() if k != "is"}
    if "is" not in spelled:
        return inner
    kind: Any = _UNKNOWNS.get(spelled["is"]) or catalog.load(_PRIORS, spelled["is"])
    return kind(**inner)


def _followed(name: str | None, given: Callable[..., Any] | None) -> Callable[..., Any] | None:
    """Return what is done to every network, a function of the package or one's own."""
    import surrobrain

    if name is None or given is not None:
        return given
    if name not in surrobrain.__all__:
        raise ValueError(
            f"every network of this answer went through {name}, which is no function of "
            f"surrobrain; give then={name}"
        )
    return getattr(surrobrain, name)


def _compared(objective: Objective, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Write down what was compared, and how the numbers of a network were had."""
    parts = []
    if objective.inputs is not None:
        arrays["inputs"] = objective.inputs
    for k, (part, target) in enumerate(
        zip(objective.features.parts, objective.targets, strict=True)
    ):
        arrays[f"target/{k}"] = np.asarray(target, dtype=np.float64)
        recipe = part.recipe if _still(part) else None
        how = None if recipe is None else {
            name: _spelled_field(value, f"feature/{k}/{name}", arrays)
            for name, value in recipe[1].items() if value is not None
        }  # fmt: skip
        given = part.target is not None
        parts.append({"name": part.name, "weight": part.weight, "given": given,
                      "made by": recipe and recipe[0], "with": how})  # fmt: skip
    return {
        "features": parts, "n_times": objective.n_times, "seed": objective.seed,
        "search": dataclasses.asdict(objective.search), "penalties": len(objective.penalties),
    }  # fmt: skip


def _still(part: Feature) -> bool:
    """Whether a feature is what its recipe makes, or was changed by hand since."""
    if part.recipe is None:
        return False
    make: Any = catalog.load(_FEATURES, part.recipe[0])
    made = make(**part.recipe[1])
    return made.compute.__code__ is part.compute.__code__ and made.distance is part.distance  # pyright: ignore


def _asked(
    written: Mapping[str, Any],
    free: FreeNetwork,
    arrays: Mapping[str, np.ndarray],
    features: Feature | Features | None,
) -> tuple[Objective, tuple[str, ...]]:
    """Return what was compared, and a warning for what was not kept."""
    targets = tuple(arrays[f"target/{k}"] for k in range(len(written["features"])))
    given = None if features is None else together(features).parts
    parts = []
    for k, (each, target) in enumerate(zip(written["features"], targets, strict=True)):
        if given is not None and len(given) == len(targets):
            parts.append(given[k])
            continue
        if each["made by"] is None:
            raise ValueError(
                f"the feature {each['name']} was made by hand and could not be kept; give "
                f"features=... with all {len(targets)} that were compared"
            )
        make: Any = catalog.load(_FEATURES, each["made by"])
        made = make(**_unknown(each["with"], "feature", arrays))
        known = target if each["given"] else None
        parts.append(dataclasses.replace(made, weight=each["weight"], target=known))
    lost = ()
    if written["penalties"]:
        lost = (f"{written['penalties']} penalties of this fit were not kept",)
    search = Search(**written["search"])
    objective = Objective(
        free, Features(tuple(parts)), targets, (), written["n_times"], search, written["seed"],
        arrays.get("inputs"),
    )  # fmt: skip
    return objective, lost
