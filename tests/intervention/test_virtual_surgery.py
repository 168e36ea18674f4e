"""Virtual surgery: zones known by construction, a real patient's connectome, and searches."""

import itertools
import json

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.intervention.operation import Operation
from surrobrain.intervention.seizures import seizures
from surrobrain.intervention.surgery_search import Judgement, Judges, exhaustive, genetic, greedy
from surrobrain.intervention.virtual_surgery import plan_surgery
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D

DURATION = 0.014


def _patient(x0: np.ndarray, weights: np.ndarray, **changes) -> sb.Network:
    known = {"coupling": 1.0, "observer": sb.observers.Identity(10_000.0), "dt": 1e-4}
    known |= {"settle": 0.0}
    return sb.Network(Epileptor2D(x0=x0, tau0=10.0), sb.Connectome(weights), **(known | changes))


@pytest.fixture(scope="module")
def chain() -> sb.Network:
    """Region 0 seizes by itself and recruits 1, which recruits 2; 3 hears nobody."""
    weights = np.zeros((4, 4))
    weights[1, 0] = weights[2, 1] = 2.0
    return _patient(np.array([-1.6, -2.4, -2.4, -3.65]), weights)


def test_seizures_spread_along_the_chain_in_order(chain):
    found = seizures(chain, duration=DURATION, n_runs=2)
    assert found.recruited == ("region_0", "region_1", "region_2")
    assert (np.diff(found.median_onset[:3]) > 0).all()
    assert np.isinf(found.median_onset[3])
    assert found.freedom == 0.0


def test_the_smallest_resection_is_the_source(chain):
    found = plan_surgery(chain, duration=DURATION)
    assert found.best.regions == ("region_0",)
    assert found.best.freedom == 1.0
    assert found.baselines["as it is"].freedom == 0.0
    assert found.baselines["all that seize"].tissue == 3
    assert found.n_runs == 1  # without noise nothing varies
    outcome = found.compare(["region_0", "region_3"])
    assert outcome.n_resected == 2
    assert outcome.auc == pytest.approx(0.5 * (1 + 0.0))


def test_the_smallest_disconnection_is_the_first_tract(chain):
    found = plan_surgery(chain, duration=DURATION, operation=Operation("disconnection"))
    assert found.best.tracts == (("region_0", "region_1"),)
    assert found.best.freedom == 1.0


def test_a_dear_source_is_spared_where_something_cheaper_helps(chain):
    dear = Operation(volumes={"region_0": 100.0}, enough=1.0)
    assert plan_surgery(chain, duration=DURATION, operation=dear).best.regions == ("region_0",)
    both = _patient(np.array([-2.4, -2.4, -1.6]), np.array([[0, 2.0, 0], [0, 0, 2.0], [0, 0, 0]]))
    only = Operation(candidates=["region_0", "region_1"])
    found = plan_surgery(both, duration=DURATION, operation=only)
    assert found.best.freedom < 1.0
    assert "no operation reached" in found.warnings[1]


def test_a_posterior_gives_a_chance(chain):
    free = sb.FreeNetwork(chain, {"x0": sb.per_region(sb.priors.Normal(-2.6, 0.7))})
    u = np.random.default_rng(0).normal(size=(200, 4)) * 0.1
    u += free.origin()
    u[:100, 3] += 5  # in half of the possible patients region 3 seizes too
    posterior = sb.Posterior(free, u, sb.Inference("laplace"), {}, 0.0, 0.0, 0, ())
    found = plan_surgery(posterior, duration=DURATION, operation=Operation(enough=0.9))
    assert set(found.best.regions) == {"region_0", "region_3"}
    alone = next(plan for plan in found.plans if plan.regions == ("region_0",))
    assert alone.low < 0.5 < alone.high
    assert found.before.probability[3] == pytest.approx(0.5, abs=0.05)


def _toy(n: int, seed: int) -> Judges:
    """Two hidden sets are good enough, and whatever holds one of them."""
    rng = np.random.default_rng(seed)
    hidden = [frozenset(rng.choice(n, 3, replace=False).tolist()) for _ in range(2)]

    def judge(cuts: frozenset[int]) -> Judgement:
        left = min(len(h - cuts) for h in hidden)
        return Judgement(float(left == 0), float(left))

    return Judges(judge, rng.uniform(1, 2, n), 1.0)


@pytest.mark.parametrize("seed", range(5))
def test_searches_find_what_looking_at_everything_finds(seed):
    judges = _toy(9, seed)
    exhaustive(judges)
    found = min(judges.seen, key=judges.rank)
    other = _toy(9, seed)
    everything = [frozenset(s) for k in range(10) for s in itertools.combinations(range(9), k)]
    assert found == min(everything, key=other.rank)
    assert len(judges.seen) < len(everything)
    bred = _toy(9, seed)
    assert bred.rank(genetic(bred, [greedy(bred)], seed=0)) == pytest.approx(judges.rank(found))


def test_a_greedy_plan_is_good_and_needs_all_it_cuts():
    judges = _toy(30, 1)
    found = greedy(judges)
    assert judges.good(found)
    assert not any(judges.good(found - {k}) for k in found)


def test_what_cannot_be_operated_on_is_said(chain):
    rest = _patient(np.full(3, -3.65), np.ones((3, 3)) - np.eye(3))
    with pytest.raises(ValueError, match="no region seizes in any run"):
        plan_surgery(rest, duration=DURATION)
    with pytest.raises(ValueError, match="enough must be"):
        Operation(enough=1.5)
    with pytest.raises(ValueError, match="region_9"):
        plan_surgery(chain, duration=DURATION, operation=Operation(candidates=["region_9"]))
    free = sb.FreeNetwork(chain, {"observer.sfreq": sb.priors.Uniform(9e3, 1e4)})
    posterior = sb.Posterior(free, np.zeros((3, 1)), sb.Inference("laplace"), {}, 0.0, 0.0, 0, ())
    with pytest.raises(ValueError, match="cannot be run side by side"):
        plan_surgery(posterior, duration=DURATION)


@pytest.fixture(scope="module")
def vep84(shared) -> tuple[sb.Network, dict]:
    folder = shared("connectomes/vep84")
    truth = json.loads((folder / "ground_truth.json").read_text())
    weights = np.load(folder / "weights_raw.npy")
    connectome = sb.Connectome(weights / weights.max()).without_self()
    x0 = np.full(84, truth["P5_P6"]["eta_hz"])
    x0[truth["pz_index"]] = truth["P5_P6"]["eta_pz"]
    x0[truth["ez_index"]] = truth["P5_P6"]["eta_ez"]
    node = Epileptor2D(x0=x0, tau0=truth["P5_P6"]["tau0"])
    return sb.Network(
        node, connectome, coupling=1.0, noise=0.01, observer=sb.observers.Identity(10_000.0),
        dt=1e-4, settle=0.0,
    ), truth  # fmt: skip


def test_the_benchmark_patient_seizes_where_it_should_and_can_be_helped(vep84):
    network, truth = vep84
    zone = {f"region_{k}" for k in (*truth["ez_index"], *truth["pz_index"])}
    found = plan_surgery(network, duration=0.08)
    assert set(found.before.recruited) == zone
    assert set(found.best.regions) <= zone
    assert found.best.freedom >= 0.95
    assert found.baselines["strongest"].freedom < 0.05


def test_the_figure_says_what_was_done(vep84):
    from surrobrain.reports.figures.surgery import surgery

    picture = surgery(plan_surgery(vep84[0], duration=0.08, n_runs=20))
    assert "Best plan" in picture.alt
