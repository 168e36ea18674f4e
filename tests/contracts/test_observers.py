"""Every observer of the catalog: declared fully, and the same compiled as in NumPy."""

import dataclasses
import functools
import inspect
import json
from types import ModuleType

import numpy as np
import pytest

from surrobrain import catalog
from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic import oracle, torch_lanes
from surrobrain.mechanistic.engine import own_lane
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.nodes.linear import Linear
from surrobrain.mechanistic.observer import Observer

FOLDER = "surrobrain.mechanistic.observers"
every_observer = pytest.mark.parametrize("name", catalog.names(FOLDER))


ARGUMENTS = {"gain": np.array([[1.0, 0.5, 0.0], [0.0, -1.0, 2.0]])}


def made(name: str) -> Observer:
    """An observer with its defaults; what it cannot do without is given by name."""
    kind = catalog.load(FOLDER, name)
    asked = inspect.signature(kind).parameters.values()
    return kind(**{p.name: ARGUMENTS[p.name] for p in asked if p.default is p.empty})


@dataclasses.dataclass(frozen=True)
class Firing(Linear):
    """Linear region that knows a rate, for observers that ask for it."""

    @staticmethod
    def rate(xp: ModuleType, state: tuple, p: object) -> object:
        return 10.0 * state[0]


@functools.cache
def network(name: str) -> Network:
    observer = made(name)
    weights = np.array([[0.0, 0.4, 0.0], [0.3, 0.0, 0.2], [0.0, 0.0, 0.0]])
    dt = observer.interval / 200
    return Network(Firing(), Connectome(weights), noise=0.1, observer=observer, dt=dt, settle=0.0)


@every_observer
def test_declares_everything(name: str) -> None:
    observer = made(name)
    assert isinstance(observer, Observer)
    assert set(observer.initial) == set(observer.states)
    assert observer.interval > 0
    assert json.dumps(dict(observer.constants))
    state = tuple(np.full(3, observer.initial[k]) for k in observer.states)
    assert len(observer.drift(np, state, np.zeros(3), Constants(observer))) == len(state)


@every_observer
def test_compiled_equals_numpy_and_torch(name: str) -> None:
    model, place = network(name), torch_lanes.place_of("cpu", "float64")
    compiled = model.run(6, seed=2).values
    np.testing.assert_allclose(compiled, oracle.run(model, 6, seed=2), rtol=1e-10)
    found = torch_lanes.run(model, own_lane(model), 6, seed=2, place=place)[0]
    np.testing.assert_allclose(compiled, model.projected(found), rtol=1e-10)


@every_observer
def test_rest_stays_at_rest(name: str) -> None:
    observer = made(name)
    state = tuple(np.full(1, observer.initial[k]) for k in observer.states)
    p = Constants(observer)
    for value in (
        *observer.drift(np, state, np.zeros(1), p),
        observer.read(np, state, np.zeros(1), p),
    ):
        np.testing.assert_allclose(value, 0, atol=1e-15)


class Constants:
    def __init__(self, observer: Observer) -> None:
        self.__dict__.update(observer.constants)


@every_observer
def test_saving_keeps_every_field(name: str) -> None:
    saved = Network(JansenRit(), Connectome(np.zeros((3, 3))), observer=made(name))
    config, arrays = saved.to_parts()
    again = Network.from_parts(json.loads(json.dumps(config)), arrays)
    for field in dataclasses.fields(saved.observer):
        ours, theirs = (getattr(n.observer, field.name) for n in (saved, again))
        np.testing.assert_array_equal(theirs, ours)
        assert type(theirs) is type(ours)


@every_observer
def test_channels_and_columns_are_one(name: str) -> None:
    seen = network(name).run(2).values
    assert seen.shape == (2, len(network(name).names))


@every_observer
def test_two_runs_joined_are_one(name: str) -> None:
    whole = network(name).run(6, seed=4).values
    first = network(name).run(2, seed=4)
    second = network(name).run(4, state=first.state, seed=4)
    np.testing.assert_array_equal(np.concatenate([first.values, second.values]), whole)
