import dataclasses

import numpy as np
import pytest

from surrobrain import rsa
from surrobrain.clip_hba import own_against_others
from surrobrain.clip_hba.time_scores import scores_over_time
from surrobrain.errors import NotEnough

TIMES = np.array([0.0, 0.1, 0.2])
NAMES = [f"image {k}" for k in range(12)]


def movies(n=4, *, shared=1.0, own=1.0, noise=0.5, seed=0):
    """Return true and measured movies of persons who share something and differ in something."""
    rng = np.random.default_rng(seed)
    common = shared * rng.normal(size=(3, 66))
    truth = {f"P{k}": common + own * rng.normal(size=(3, 66)) for k in range(n)}
    measure = {
        k: rsa.RDMs(v + noise * rng.normal(size=v.shape), NAMES, times=TIMES)
        for k, v in truth.items()
    }
    return {k: rsa.RDMs(v, NAMES, times=TIMES) for k, v in truth.items()}, measure, common


def test_values_are_spearman_correlations():
    models, measured, _ = movies()
    found = own_against_others(models, measured, n_draws=20)
    for i, a in enumerate(models):
        for j, b in enumerate(measured):
            expected = rsa.compare(models[a], measured[b]).mean()
            assert found.values[i, j] == pytest.approx(expected)


def test_own_models_are_told_from_others_and_from_the_group():
    models, measured, common = movies()
    group = rsa.RDMs(common, NAMES, times=TIMES)
    found = own_against_others(models, measured, baselines={"group": group}, n_draws=200)
    assert found.n_identified == 4
    assert found.winners == found.persons
    assert all(c.certain and c.n_won == 4 for c in found.contrasts)
    assert [c.against for c in found.contrasts] == ["models of others", "group"]
    own = np.diagonal(found.values[:4])
    assert found.contrasts[1].difference == pytest.approx((own - found.values[4]).mean())


def test_where_persons_do_not_differ_nothing_is_certain():
    hits = 0
    for seed in range(10):
        rng = np.random.default_rng(100 + seed)
        models, measured, _ = movies(own=0.0, seed=seed)
        noisy = {
            k: rsa.RDMs(m.values + 0.5 * rng.normal(size=m.values.shape), NAMES, times=TIMES)
            for k, m in models.items()
        }
        hits += own_against_others(noisy, measured, n_draws=100, seed=seed).contrasts[0].certain
    assert hits <= 1


def test_images_drawn_twice_count_as_such():
    from surrobrain.clip_hba.specificity import _similarity

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 1, 1, 66))
    counts = rng.integers(0, 3, size=66)
    expected = np.corrcoef(np.repeat(a[0, 0], counts), np.repeat(b[0, 0], counts))[0, 1]
    assert _similarity(a, b, counts.astype(float))[0, 0] == pytest.approx(expected)


def test_reliability_is_what_a_perfect_model_reaches():
    rng = np.random.default_rng(0)
    names = [f"{k}" for k in range(60)]
    truth = rng.normal(size=(1, 1770))
    noisy = [truth + rng.normal(size=truth.shape) for _ in range(2)]
    movie = {k: rsa.RDMs(v, names, times=TIMES[:1]) for k, v in zip("ab", noisy, strict=True)}
    whole = rsa.RDMs((noisy[0] + noisy[1]) / 2, names, times=TIMES[:1])
    perfect = rsa.RDMs(truth, names, times=TIMES[:1])
    halves = (movie["a"], movie["b"])
    found = own_against_others(
        {"P": perfect, "Q": perfect}, {"P": whole, "Q": whole}, halves={"P": halves, "Q": halves},
        n_draws=10,
    )  # fmt: skip
    assert found.reliability[0] == pytest.approx(found.values[0, 0], abs=0.02)
    assert found.relative[0, 0] == pytest.approx(1.0, abs=0.03)
    assert len(found.contrasts_relative) == 1


def test_times_can_be_chosen_and_conditions_come_in_any_order():
    models, measured, _ = movies()
    turned = {k: m.pick(NAMES[::-1]) for k, m in models.items()}
    all_of = own_against_others(turned, measured, times=TIMES > 0, n_draws=10)
    cut = own_against_others(
        {k: m.at([1, 2]) for k, m in models.items()},
        {k: m.at([1, 2]) for k, m in measured.items()}, n_draws=10,
    )  # fmt: skip
    np.testing.assert_allclose(all_of.values, cut.values)


def test_bad_calls_name_the_person():
    models, measured, _ = movies()
    with pytest.raises(NotEnough, match="at least 2 persons"):
        own_against_others(models, {"P0": measured["P0"]})
    with pytest.raises(ValueError, match="no model of P3"):
        own_against_others({k: models[k] for k in ("P0", "P1", "P2")}, measured)
    with pytest.raises(ValueError, match="prediction of P1"):
        own_against_others({**models, "P1": models["P1"].pick(NAMES[1:])}, measured)
    late = dataclasses.replace(models["P1"], times=TIMES + 1)
    with pytest.raises(ValueError, match="prediction of P1 has other times"):
        own_against_others({**models, "P1": late}, measured)
    few = {k: m.pick(NAMES[:5]) for k, m in measured.items()}
    with pytest.raises(NotEnough, match="5 images"):
        own_against_others(models, few)
    with pytest.raises(ValueError, match="no pair of halves of P1"):
        own_against_others(
            models, measured, halves={"P0": (measured["P0"], measured["P1"])}, n_draws=10
        )


def test_several_models_are_scored_beside_the_ceiling():
    models, measured, common = movies()
    group = rsa.RDMs(common, NAMES, times=TIMES)
    found = scores_over_time({"group": group, "first": models["P0"]}, measured)
    assert found.values.shape == (4, 2, 3)
    assert found.ceiling is not None
    np.testing.assert_allclose(found.values[2, 0], rsa.compare(group, measured["P2"]))
    alone = scores_over_time({"group": group}, {"P0": measured["P0"]})
    assert alone.ceiling is None
    with pytest.raises(ValueError, match="prediction of first"):
        scores_over_time({"first": group.pick(NAMES[1:])}, measured)
