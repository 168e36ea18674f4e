import numpy as np
import pytest

import surrobrain as sb
from surrobrain.inverse.reliability import reliability


def sessions(model, seeds=range(4)):
    people = [sb.examples.linear_network(4, duration=300.0, seed=k).recording for k in seeds]
    halves = zip(*(person.split(0.5) for person in people), strict=True)
    return [[sb.fit(model, each, seed=0) for each in half] for half in halves]


def test_wiring_is_found_again_and_its_name_says_which():
    fits = sessions(sb.LinearVAR(4))
    found = reliability(fits)
    assert (found.n_people, found.n_sessions, len(found.names)) == (4, 2, 16)
    assert np.median(found.icc) > 0.8
    first = fits[0][0].model
    center = np.zeros((1, 1, 4)) * first.scale + first.center
    pushed = center.copy()
    pushed[0, 0, 2] += first.scale[2]
    moved = (first.predict(pushed) - first.predict(center))[0, 1] / first.scale[1]
    names = first.names
    told = reliability([[first, fits[0][1]], [first, fits[0][1]]])
    assert told.icc == pytest.approx(1.0)
    from surrobrain.inverse.reliability import _numbers

    assert _numbers(first)[f"{names[2]} -> {names[1]}"] == pytest.approx(moved)


def test_one_person_many_times_has_nothing_to_tell_apart():
    whole = sb.examples.linear_network(4, duration=1600.0, seed=0).recording
    parts = [whole.crop(100.0 * k, 100.0 * (k + 1)) for k in range(16)]
    fits = [sb.fit(sb.LinearVAR(4), each) for each in parts]
    found = reliability([fits[:8], fits[8:]])
    assert abs(np.median(found.icc)) < 0.3
    assert (found.low < found.icc).all()
    assert (found.icc < found.high).all()


def test_the_unknowns_of_networks_keep_their_names():
    network = sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.3, noise=1.0)
    free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    search = sb.Search("lbfgs", through="linearization", iterations=20)
    loss = sb.features.functional_connectivity(distance="squared")
    fits = [
        [
            sb.fit(free, sb.simulate(free.at(np.array([u])), duration=100.0, seed=seed + k),
                   loss=loss, training=search)
            for k, u in enumerate((-1.0, 0.0, 1.0))
        ]
        for seed in (1, 11)
    ]  # fmt: skip
    found = reliability(fits, kind="consistency")
    assert found.names == ("coupling",)
    assert found.icc[0] > 0.9
    assert "median ICC" in str(found)
    with pytest.raises(ValueError, match="do not agree"):
        reliability([fits[0], [fits[1][0], fits[1][1], sessions(sb.LinearVAR(4), [0])[0][0]]])


def test_sessions_of_different_size_are_refused():
    fits = [sb.fit(sb.LinearVAR(4), sb.examples.linear_network(4, duration=60.0).recording)] * 2
    with pytest.raises(ValueError, match=r"\[2, 1\]"):
        reliability([fits, fits[:1]])
    with pytest.raises(ValueError, match="two people and two sessions"):
        reliability([fits])
