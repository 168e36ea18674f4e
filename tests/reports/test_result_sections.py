"""Every result of analysis and intervention is taken by a report as it is."""

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau


@pytest.fixture(scope="module")
def network():
    pair = sb.Connectome(np.array([[0.0, 1.0], [1.0, 0.0]]), names=["A", "B"])
    return sb.Network(
        StuartLandau(a=-5.0, omega=60.0), pair, noise=0.1, settle=2.0, dt=5e-4,
        observer=sb.observers.Identity(100.0),
    )  # fmt: skip


def test_analysis(network):
    items = [
        sb.fixed_points(network, n_starts=10),
        sb.lyapunov_spectrum(network, duration=2.0),
        sb.continuation(network, "a", span=(-5.0, 5.0)),
        sb.phase_map(network, {"a": np.linspace(-5.0, 5.0, 4)}, duration=2.0),
        sb.network_profile(network.connectome),
    ]
    page = sb.Report("System", items).html()
    assert "1 fixed point was found (1 stable focus); 1 is stable." in page
    assert "The run comes to rest" in page
    assert "Hopf at" in page
    assert "oscillation at 50% of 4 points" in page
    assert "modularity" in page
    assert "could not be drawn" not in page


def test_intervention(network):
    wave = sb.protocols.sinusoid(regions=["A"], amplitude=2.0, rate=10.0)
    effect = sb.what_if(network, stimulus=wave, duration=2.0, n_seeds=2)
    ranked = sb.rank_targets(network, duration=1.0, n_seeds=2)
    brake = sb.state_triggered(np.array([-3.0, 0.0]), above=0.0)
    loop = sb.ClosedLoop(
        sb.ModelPlant(network), sb.BandPower((8.0, 12.0)), brake,
        sb.LoopLimits(amplitude=1.0, charge=1.0),
    )  # fmt: skip
    page = sb.Report("What if", [effect, ranked, loop.run(2.0)]).html()
    assert "Before and after" in page
    assert "each region driven" in page
    assert "Stimulation was ended before its time, by: cut off." in page
    assert "could not be drawn" not in page


def test_no_fixed_point_is_a_result_and_another_tuple_is_none():
    assert "without noise the model never rests" in sb.Report("x", [()]).html()
    with pytest.raises(TypeError, match="a tuple on a page holds fixed points, but int arrived"):
        sb.Report("x", [(1, 2)]).html()
