import numpy as np
import pytest

import surrobrain as sb
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.posterior import Posterior
from surrobrain.reports.figures.posterior import posterior


def found(unknowns, sds):
    network = sb.Network(sb.Linear(), sb.examples.ring(6), coupling=0.5, noise=1.0)
    free = sb.FreeNetwork(network, unknowns)
    u = np.random.default_rng(0).normal(size=(400, free.n_unknowns)) * sds
    return Posterior(free, u, Inference("nuts"), {}, 0.0, 1.0, 0, ())


TWO = {"coupling": sb.priors.Uniform(0.0, 0.8), "tau": sb.priors.LogNormal(0.1, 1.5)}


def test_pairs_lie_below_the_marginals():
    picture = posterior(found(TWO, [0.1, 1.0]), truth=np.array([0.4, 0.1]))
    alone, empty, pair, _ = picture.figure.axes
    assert pair.get_xlabel() == "coupling"
    assert pair.get_ylabel() == "tau (s)"
    assert not empty.axison
    assert alone.lines[0].get_xdata()[0] == 0.4
    assert len(pair.collections[0].get_offsets()) == 400
    assert "decide coupling best (variance less by 99%)" in picture.caption
    assert "2 of 2 true values" in picture.caption
    assert "coupling 0.398 (0.351 to" in picture.alt
    assert picture.png()[1:4] == b"PNG"


def test_many_unknowns_are_drawn_alone_and_one_is():
    tau = {"tau": sb.per_region(sb.priors.LogNormal(0.1, 1.5))}
    many = posterior(found(tau, np.linspace(0.1, 1.0, 6)))
    assert [a.get_xlabel() for a in many.figure.axes if a.axison][-1] == "tau[region_5] (s)"
    assert not any(a.lines for a in many.figure.axes)
    one = posterior(found({"coupling": TWO["coupling"]}, 0.3))
    assert "take away 91% of the variance" in one.caption
    assert len(one.figure.axes) == 1


def test_only_the_best_decided_of_very_many_are_drawn():
    both = {
        name: sb.per_region(sb.priors.LogNormal(1.0, 1.5)) for name in ("tau", "coupling", "noise")
    }
    maps = {f"map {k}": np.random.default_rng(k).normal(size=6) for k in range(20)}
    slopes = sb.along_maps(maps, base=sb.priors.Normal(1, 0.1), slope=sb.priors.Normal(0, 0.1))
    sds = np.ones(39)
    sds[:3] = 0.1
    picture = posterior(found({**both, "noise": slopes}, np.append(sds[:32], 0.5)))
    shown = [a.get_xlabel() for a in picture.figure.axes if a.axison]
    assert len(shown) == 24
    assert {"tau[region_0] (s)", "noise per map 19"} <= set(shown)
    assert "The 24 of 33 unknowns" in picture.caption


def test_a_truth_of_another_size_is_refused():
    with pytest.raises(ValueError, match="2 unknowns but the truth has 3"):
        posterior(found(TWO, 0.1), truth=np.zeros(3))
