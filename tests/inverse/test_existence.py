import numpy as np

from surrobrain.inverse.existence import p_value
from surrobrain.inverse.feature import squared
from surrobrain.inverse.features.functional_connectivity import functional_connectivity


def test_p_values_are_uniform_where_the_model_is_true():
    rng = np.random.default_rng(0)
    found = [p_value(rng.normal(size=(40, 6)), rng.normal(size=6), squared) for _ in range(400)]
    for level in (0.1, 0.5, 0.9):
        # 4 standard errors of a share in 400
        assert abs(np.mean(np.array(found) <= level) - level) < 4 * np.sqrt(level * 0.25 / 400)


def test_a_measurement_far_away_is_unusual_and_lost_draws_do_not_count():
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(50, 4))
    draws[::5] = np.nan
    assert p_value(draws, np.full(4, 10.0), squared) == 1 / 41
    assert np.isnan(p_value(draws[:1], np.zeros(4), squared))


def test_it_uses_the_distance_of_the_feature():
    rng = np.random.default_rng(0)
    pattern = rng.normal(size=10)
    draws = pattern + 0.1 * rng.normal(size=(50, 10))
    blind = functional_connectivity().distance  # to scale
    assert p_value(draws, 100 * pattern, blind) > 0.5
    assert p_value(draws, 100 * pattern, squared) < 0.05
