"""An evoked potential: a pulse, a network with delays, a lead field, and what is not known."""

import dataclasses

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.inverse.feature import together
from surrobrain.inverse.fit_network import prepared

N, CHANNELS, BEFORE = 6, 12, 0.05
GAIN = np.random.default_rng(3).normal(size=(CHANNELS, N))
SHARES = np.random.default_rng(5).uniform(size=(N, N)) * (1 - np.eye(N))
TRUTH = np.array([2.0, 0.0, 0.0, -1.0, 0.0, 0.0])
PULSE = sb.protocols.single_pulse(
    regions=[f"region_{k}" for k in range(N)], amplitude=40.0, width=0.01, onset=BEFORE
)
TRAIN, HELD = [*range(9)], [*range(9, 12)]
EVOKED = sb.features.waveform(baseline=BEFORE)


def network(channels, **changes) -> sb.Network:
    weights = np.where(SHARES > 0.4, SHARES, 0.0)
    brain = sb.Connectome(weights, lengths=np.where(weights > 0, 20 + 80 * SHARES, 0.0))
    observer = sb.observers.LeadField(GAIN[channels], sfreq=200.0)
    given = {"coupling": 0.5, "speed": 4.0, "dt": 0.005, "settle": 0.1, "observer": observer}
    return sb.Network(sb.StuartLandau(a=-8.0, omega=40.0), brain, **given | changes)


@pytest.fixture(scope="module")
def measured() -> np.ndarray:
    truth = network(range(CHANNELS), coupling=2.0, receptivity=TRUTH)
    return sb.simulate(truth, duration=0.6, stimulus=PULSE).values


def recording(measured: np.ndarray) -> sb.Recording:
    brain = network(TRAIN)
    drive = PULSE.sampled(brain, len(measured))
    return sb.Recording(measured[:, TRAIN], 200.0, names=brain.names, inputs=drive)


def unknown(channels=TRAIN, **more) -> sb.FreeNetwork:
    share = sb.per_region(sb.priors.Normal(0.0, 2.0))
    names = {"receptivity": share, "coupling": sb.priors.LogNormal(1.0, 3.0)} | more
    return sb.FreeNetwork(network(channels), names)


def test_a_pulse_is_found_where_it_acts_and_held_out_sensors_are_predicted(measured):
    noisy = measured + np.random.default_rng(0).normal(size=measured.shape) * 0.02
    found = sb.fit(
        unknown(), recording(noisy), loss=EVOKED, training=sb.Search("lbfgs", iterations=150)
    )
    np.testing.assert_allclose(found.model.receptivity, TRUTH, atol=0.1)
    assert found.values["coupling"] == pytest.approx(2.0, abs=0.2)
    observer = dataclasses.replace(found.model.observer, gain=GAIN[HELD], channels=())
    elsewhere = dataclasses.replace(found.model, observer=observer)
    seen = sb.simulate(elsewhere, duration=0.6, stimulus=PULSE).values
    left = np.square(seen - measured[:, HELD]).sum()
    mean = measured[:, TRAIN].mean(axis=1, keepdims=True)
    assert left < 0.01 * np.square(mean - measured[:, HELD]).sum()


def test_slopes_go_back_through_the_lead_field_and_the_pulse(measured):
    given = prepared(
        unknown(a=sb.priors.Uniform(-20.0, -1.0)), recording(measured), together(EVOKED),
        penalties=(), search=sb.Search("lbfgs"), seed=0,
    )  # fmt: skip
    u = np.random.default_rng(1).normal(size=given.free.n_unknowns)
    value, slope = given.value_and_slope(u)
    assert value == pytest.approx(given.values(u[None])[0], rel=1e-9)
    for k, unit in enumerate(1e-5 * np.eye(len(u))):
        rise = np.diff(given.values(np.stack([u - unit, u + unit])))[0] / 2e-5
        assert slope[k] == pytest.approx(rise, rel=1e-4, abs=1e-6)


def test_input_times_receptivity_is_what_acts():
    inputs = np.random.default_rng(2).normal(size=(20, N))
    doubled = network(TRAIN, receptivity=2.0).run(20, inputs=inputs).values
    np.testing.assert_allclose(doubled, network(TRAIN).run(20, inputs=2 * inputs).values)
    shares = network(TRAIN, receptivity=TRUTH).run(20, inputs=inputs).values
    np.testing.assert_allclose(shares, network(TRAIN).run(20, inputs=TRUTH * inputs).values)


def test_a_network_keeps_its_receptivity_on_disk(tmp_path):
    for share in (0.5, TRUTH):
        sb.save_model(network(TRAIN, receptivity=share), tmp_path / f"{np.ndim(share)}")
        again = sb.load_model(tmp_path / f"{np.ndim(share)}")
        np.testing.assert_array_equal(again.receptivity, share)
    assert "receptivity" not in network(TRAIN).to_parts()[0]


def test_a_fit_keeps_its_inputs_on_disk(measured, tmp_path):
    search = sb.Search("lbfgs", iterations=3)
    found = sb.fit(unknown(), recording(measured), loss=EVOKED, training=search)
    again = sb.load_answer(sb.save_answer(found, tmp_path / "answer"))
    assert again.objective.values(found.u[None])[0] == pytest.approx(found.loss, rel=1e-12)


def test_what_acts_must_be_said_and_must_fit(measured):
    quiet = sb.Recording(measured[:, TRAIN], 200.0, names=network(TRAIN).names)
    ask = {"loss": EVOKED, "training": sb.Search("lbfgs", iterations=2)}
    with pytest.raises(ValueError, match="nothing acts on the network"):
        sb.fit(unknown(), quiet, **ask)
    with pytest.raises(ValueError, match="inputs must have shape"):
        sb.fit(unknown(), quiet.with_inputs(np.zeros((len(measured), 2))), **ask)
    ask["training"] = sb.Search("lbfgs", duration=5.0)
    with pytest.raises(ValueError, match="as long as the recording"):
        sb.fit(unknown(), recording(measured), **ask)
    with pytest.raises(ValueError, match="one for each of 6 regions"):
        network(TRAIN, receptivity=np.ones(3))
    bare = dataclasses.replace(network(TRAIN), observer=sb.observers.Identity(200.0))
    with pytest.raises(ValueError, match="only where there is input"):
        sb.differentiable(bare, 5, free=["receptivity"])


@pytest.mark.parametrize("free", [["inputs"], ["receptivity"], ["inputs", "receptivity"]])
def test_slopes_by_input_and_receptivity_are_those_of_differences(free):
    import torch

    brain = network(TRAIN, receptivity=TRUTH, observer=sb.observers.Identity(200.0))
    inputs = np.random.default_rng(4).normal(size=(20, N))
    values = {"inputs": inputs, "receptivity": TRUTH}
    run = sb.differentiable(brain, 20, free=free, inputs=inputs)
    given = [torch.tensor(values[name], requires_grad=True) for name in free]
    samples = run(*given)
    np.testing.assert_allclose(samples.detach().numpy(), brain.run(20, inputs=inputs).values)
    samples.square().sum().backward()

    def loss(name: str, value: np.ndarray) -> float:
        other = {**values, name: value}
        changed = dataclasses.replace(brain, receptivity=other["receptivity"])
        return float(np.square(changed.run(20, inputs=other["inputs"]).values).sum())

    for name, tensor in zip(free, given, strict=True):
        step = np.zeros_like(values[name])
        step[(3,) * step.ndim] = 1e-5
        rise = (loss(name, values[name] + step) - loss(name, values[name] - step)) / 2e-5
        assert tensor.grad[(3,) * step.ndim].item() == pytest.approx(rise, rel=1e-5)
