import numpy as np
import pytest

from surrobrain.intervention.dose import dose
from surrobrain.intervention.protocols.pulse_train import pulse_train
from surrobrain.intervention.protocols.step import step


def test_dose_of_a_pulse_train_by_hand(linear_brain):
    train = pulse_train(regions=["B"], amplitude=-0.5, rate=1.0, width=0.2, duration=3.0)
    given = dose(train, linear_brain(), duration=10.0)
    assert given.names == ("B",)
    assert given.charge == pytest.approx([0.5 * 0.2 * 3])
    assert given.net == pytest.approx([-0.5 * 0.2 * 3])
    assert given.energy == pytest.approx([0.25 * 0.2 * 3])
    assert given.peak == pytest.approx([0.5])
    assert given.duty == pytest.approx([0.06])
    assert given.charge_per_phase == pytest.approx([0.5 * 0.2])


def test_a_phase_ends_where_the_sign_changes(linear_brain):
    both = step(regions=["A"], amplitude=1.0, duration=0.3) + step(
        regions=["A"], amplitude=-3.0, onset=0.3, duration=0.2
    )
    given = dose(both, linear_brain(), duration=2.0)
    assert given.charge_per_phase == pytest.approx([0.6])
    assert given.duty == pytest.approx([0.25])


def test_a_balanced_pair_of_pulses_has_no_net_charge(linear_brain):
    both = step(regions=["A"], amplitude=1.0, onset=0.13, duration=0.33) + step(
        regions=["A"], amplitude=-1.0, onset=0.46, duration=0.33
    )
    given = dose(both, linear_brain(), duration=2.0)
    assert given.net == pytest.approx([0.0], abs=1e-12)
    assert given.charge[0] > 0.5


def test_what_comes_after_the_end_does_not_count(linear_brain):
    late = step(regions=["A"], amplitude=1.0, onset=1.5)
    assert dose(late, linear_brain(), duration=2.0).charge == pytest.approx([0.5])
    nothing = dose(late, linear_brain(), duration=1.0)
    assert nothing.names == ()
    assert nothing.in_words() == "no drive"


def test_dose_in_words_names_the_totals(linear_brain):
    given = dose(step(regions=["A", "B"], amplitude=2.0), linear_brain(), duration=1.0)
    assert given.in_words() == (
        "2 regions, charge 4 u s (net 4, 2 per phase), energy 8 u^2 s, peak 2 u, duty 1"
    )
    assert np.allclose(given.peak, 2.0)
