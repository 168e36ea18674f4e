import pytest

import surrobrain as sb
from surrobrain.intervention.dose import dose
from surrobrain.intervention.limits import Limits
from surrobrain.intervention.protocols.pulse_train import pulse_train
from surrobrain.intervention.protocols.step import step
from surrobrain.intervention.what_if import what_if

TRAIN = pulse_train(regions=["B"], amplitude=-0.5, rate=1.0, width=0.2, duration=3.0)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (
            Limits(amplitude=0.4),
            r"an amplitude of 0.5 u at B, but at most 0.4 u is allowed; .*80 %",
        ),
        (Limits(charge_per_phase=0.05), r"a charge per phase of 0.1 u s at B, .* 0.05 u s .*50 %"),
        (Limits(energy=0.15 / 4), r"an energy of 0.15 u\^2 s at B, .* 0.0375 .*50 %"),
        (Limits(duty=0.05), r"a duty of 0.06 .* 0.05 of the time is allowed; .*more rarely"),
    ],
)
def test_what_exceeds_a_limit_is_refused_wherever_it_would_act(linear_brain, limits, message):
    model, stimulus = linear_brain(sigma=1.0), TRAIN.within(limits)
    with pytest.raises(ValueError, match=message):
        dose(stimulus, model, duration=10.0)
    with pytest.raises(ValueError, match=message):
        sb.simulate(model, duration=10.0, stimulus=stimulus)
    with pytest.raises(ValueError, match=message):
        what_if(model, duration=10.0, stimulus=stimulus)


def test_what_is_just_allowed_passes(linear_brain):
    exact = Limits(amplitude=0.5, charge_per_phase=0.1, energy=0.15, duty=0.06)
    free, held = (dose(s, linear_brain(), duration=10.0) for s in (TRAIN, TRAIN.within(exact)))
    assert held.charge == pytest.approx(free.charge)


def test_the_advice_is_true(linear_brain):
    """67 % of 3 is within 2: for every limit that grows with the amplitude."""
    for limits in (Limits(amplitude=0.4), Limits(charge_per_phase=0.05), Limits(energy=0.0375)):
        with pytest.raises(ValueError, match="%") as refused:
            dose(TRAIN.within(limits), linear_brain(), duration=10.0)
        share = float(str(refused.value).split()[-4]) / 100
        weaker = pulse_train(
            regions=["B"], amplitude=-0.5 * share, rate=1.0, width=0.2, duration=3.0
        )
        assert dose(weaker.within(limits), linear_brain(), duration=10.0).names == ("B",)


def test_limits_of_one_part_hold_for_the_sum(linear_brain):
    weak = step(regions=["A"], amplitude=0.3).within(Limits(amplitude=0.5))
    assert dose(weak, linear_brain(), duration=1.0).peak == pytest.approx([0.3])
    for both in (
        weak + step(regions=["A"], amplitude=0.3),
        step(regions=[0], amplitude=0.3) + weak,
    ):
        with pytest.raises(ValueError, match=r"0.6 u at A, but at most 0.5 u"):
            dose(both, linear_brain(), duration=1.0)


@pytest.mark.parametrize("wrong", [{"amplitude": -1.0}, {"duty": 2.0}, {"energy": float("nan")}])
def test_a_limit_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)
