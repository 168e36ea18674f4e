from types import SimpleNamespace

import numpy as np
import pytest

from surrobrain.inverse.stability import Spectrum, Stability
from surrobrain.inverse.uniqueness import Uniqueness
from surrobrain.inverse.well_posed import Trust, trust
from surrobrain.reports.figures.trust import trust as draw


@pytest.fixture
def report():
    stable = Stability(
        Spectrum(np.array([2.0, 0.5, 1e-5]), 2, 2e5), np.eye(3), ("1.00 c",),
        np.array([0.01, 0.1]), np.array([[0.01, 0.03], [0.1, 0.3]]), np.array([0.2, 0.4]), True,
    )  # fmt: skip
    unique = Uniqueness(
        np.array([[0.0, 0, 0], [0, 0, 1.5], [4, 4, 4]]), np.array([1.0, 1.0, 9.0]),
        np.array([0, 1, -1]), np.array([0, 0, -1]), ("another value of c",),
        np.array([-1.0, -0.4, 0.4, 1.0]),
        np.array([[5.0, 1, 1, 5], [1, 0.2, 0.2, 1], [0, 0, 0, 0]]),
        np.array([0.1, 0.5, 0.0]), True,
    )  # fmt: skip
    return Trust(
        ("a", "b", "c"), ("s", "", ""), np.ones(3), None, unique, stable, np.diag([0.01, 0.3, 1.0]),
        np.array([0.99, 0.7, 0.0]), None, ("identified", "weakly identified", "not identified"),
        ("", "more", "less"), (),
    )  # fmt: skip


def test_the_words_hold_the_numbers(report):
    alt = draw(report).alt
    assert "Condition number 2e+05, rank 2 of 3" in alt
    assert "10 % of noise moves the estimate by 20 %" in alt
    assert "1 identified, 1 weakly identified, 1 not identified" in alt


def test_what_is_drawn(report):
    figure = draw(report).figure
    spectrum, disturbed, profiles, verdicts = figure.axes
    np.testing.assert_allclose(spectrum.lines[0].get_ydata(), [1.0, 0.25, 5e-6])
    np.testing.assert_allclose(disturbed.lines[2].get_ydata(), [2.0, 20.0])
    assert [line.get_label() for line in profiles.lines[:3]] == ["a", "b", "c"]
    np.testing.assert_allclose(profiles.lines[0].get_ydata(), [50, 10, 0, 10, 50])
    np.testing.assert_allclose(profiles.lines[2].get_ydata(), 0)
    np.testing.assert_allclose([p.get_width() for p in verdicts.patches[:3]], [0.1, 0.3**0.5, 1.0])
    assert [t.get_text() for t in verdicts.get_yticklabels()] == ["a", "b", "c"]
    assert draw(report).png().startswith(b"\x89PNG")


def test_bare_draws_have_nothing_to_draw():
    draws = np.random.default_rng(0).normal(size=(50, 2))
    with pytest.raises(ValueError, match="neither a spectrum nor profiles"):
        draw(trust(SimpleNamespace(draws=draws, names=("a", "b"))))
