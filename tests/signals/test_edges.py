import numpy as np

from surrobrain.signals.connectivity import functional_connectivity, upper_triangle
from surrobrain.signals.edges import cofluctuation_amplitude, edge_time_series


def values(n_regions: int = 6) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.normal(size=(400, n_regions)) @ rng.normal(size=(n_regions, n_regions))


def test_edges_average_to_functional_connectivity():
    signals = values()
    expected = upper_triangle(functional_connectivity(signals))
    np.testing.assert_allclose(edge_time_series(signals).mean(axis=0), expected, atol=1e-12)


def test_the_amplitude_needs_no_pairs():
    signals = values()
    expected = np.linalg.norm(edge_time_series(signals), axis=1)
    np.testing.assert_allclose(cofluctuation_amplitude(signals), expected, rtol=1e-9)


def test_missing_rows_stay_missing_and_move_nothing():
    signals = values()
    gappy = np.insert(signals, 100, np.nan, axis=0)
    found = cofluctuation_amplitude(gappy)
    assert np.isnan(found[100])
    np.testing.assert_allclose(np.delete(found, 100), cofluctuation_amplitude(signals), rtol=1e-12)


def test_a_constant_region_has_no_edges():
    signals = values()
    signals[:, 2] = 0.1
    assert np.isnan(cofluctuation_amplitude(signals)).all()
