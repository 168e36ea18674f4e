import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from surrobrain.errors import NotEnough
from surrobrain.intervention.band_power import BandPower
from surrobrain.intervention.biomarker import Biomarker, Estimate
from surrobrain.intervention.coordinate import Coordinate
from surrobrain.intervention.endpoint_hilbert import EndpointHilbert
from surrobrain.intervention.oscillation import Oscillation

SFREQ = 500.0


@pytest.fixture(scope="module")
def rhythm():
    """Return a noisy 10 Hz oscillator z, its decay 0.4 s, and what a sensor shows of it."""
    rng = np.random.default_rng(2)
    rho, n = np.exp(-1 / (0.4 * SFREQ)), 30_000
    kicks = np.sqrt((1 - rho**2) / 1.0) * (rng.normal(size=n) + 1j * rng.normal(size=n))
    z = np.zeros(n, complex)
    for t in range(1, n):
        z[t] = rho * np.exp(2j * np.pi * 10.0 / SFREQ) * z[t - 1] + kicks[t]
    return z, (z.real + 0.5 * rng.normal(size=n) + 40.0)[:, None]


def follow(biomarker, values):
    track = biomarker.tracker(SFREQ)
    return [track(sample) for sample in values]


def error(estimates, z):
    """Return circular mean and standard deviation of the phase error in degrees."""
    away = np.exp(1j * (np.array([e.phase for e in estimates]) - np.angle(z)))
    mean = away[2000:].mean()
    return np.degrees(np.angle(mean)), np.degrees(np.sqrt(-2 * np.log(abs(mean))))


def test_the_fit_finds_the_oscillator(rhythm):
    _, seen = rhythm
    found = Oscillation.fit(seen, sfreq=SFREQ, band=(6.0, 14.0))
    assert found.frequency == pytest.approx(10.0, abs=0.15)
    assert found.decay == pytest.approx(0.4, rel=0.3)
    assert found.snr == pytest.approx(4.0, rel=0.3)


def test_the_filter_is_at_least_as_close_as_one_with_other_parameters(rhythm):
    z, seen = rhythm
    right = follow(Oscillation(10.0, decay=0.4, snr=4.0), seen)
    _, best = error(right, z)
    for other in (Oscillation(10.0, decay=0.4, snr=400.0), Oscillation(10.0, decay=0.02, snr=4.0)):
        assert best < error(follow(other, seen), z)[1]
    strong = np.abs(z) > 0.7
    strong[:2000] = False
    bias, deviation = error([e for e, s in zip(right, strong, strict=True) if s], z[strong])
    assert abs(bias) < 3.0
    assert deviation < 20.0


def test_the_endpoint_transform_follows_without_a_model(rhythm):
    z, seen = rhythm
    bias, deviation = error(follow(EndpointHilbert((7.0, 13.0)), seen), z)
    assert abs(bias) < 10.0
    assert deviation < 50.0


def test_a_wave_is_read_exactly():
    angle = 2 * np.pi * 10.0 * np.arange(3000) / SFREQ + 0.3
    for biomarker in (EndpointHilbert((8.0, 12.0)), Oscillation(10.0, decay=1.0)):
        last = follow(biomarker, 3.0 * np.cos(angle)[:, None])[-1]
        assert abs(np.angle(np.exp(1j * (last.phase - angle[-1])))) < 0.05
        assert last.value == pytest.approx(3.0, rel=0.1)


@pytest.mark.parametrize(
    "biomarker",
    [
        EndpointHilbert((7.0, 13.0)), BandPower((7.0, 13.0)), Oscillation(10.0),
        Coordinate(lambda window: window.sum(), memory=3),
    ],
    ids=lambda b: type(b).__name__,
)  # fmt: skip
def test_estimates_depend_on_the_past_alone_and_start_afresh(rhythm, biomarker):
    assert isinstance(biomarker, Biomarker)
    seen = rhythm[1][:400]
    changed = seen.copy()
    changed[300:] = 7.0
    a, b, c = (follow(biomarker, x) for x in (seen, changed, seen))
    assert repr(a) == repr(c)
    assert repr(a[:300]) == repr(b[:300])
    assert repr(a[300:]) != repr(b[300:])


def test_band_power_is_that_of_the_filter(rhythm):
    x = rhythm[1][:3000, 0] - 40.0
    filtered = sosfilt(butter(2, (7.0, 13.0), "bandpass", fs=SFREQ, output="sos"), x)
    share, power = 1 - np.exp(-1 / (0.2 * SFREQ)), 0.0
    for y in filtered:
        power += share * (y**2 - power)
    assert follow(BandPower((7.0, 13.0)), x[:, None])[-1].value == pytest.approx(power, rel=1e-9)


def test_the_delay_of_band_power_is_the_one_it_tells():
    burst = np.zeros(4000)
    burst[1000:] = np.sin(2 * np.pi * 10.0 * np.arange(3000) / SFREQ)
    biomarker = BandPower((8.0, 12.5), memory=0.2)
    power = np.array([e.value for e in follow(biomarker, burst[:, None])])
    centroid = (0.5 - power[1000:]).sum() / 0.5 / SFREQ  # mean time of the rise
    assert biomarker.delay(SFREQ) == pytest.approx(centroid, rel=0.3)


def test_channels_are_weighted(rhythm):
    two = np.hstack([rhythm[1][:300], np.zeros((300, 1))])
    w = np.array([1.0, 0.0])
    one = follow(Oscillation(10.0), two[:, :1])
    assert follow(Oscillation(10.0, weights=w), two)[-1].phase == one[-1].phase


def test_a_phase_is_advanced_on_the_circle():
    ahead = Estimate(1.0, 3.0, 10.0).ahead(0.01)
    assert ahead.phase == pytest.approx(3.0 + 0.2 * np.pi - 2 * np.pi)
    assert np.isnan(Estimate(1.0).ahead(1.0).phase)


def test_what_cannot_be_tracked_is_refused():
    with pytest.raises(ValueError, match="half the sampling rate"):
        EndpointHilbert((7.0, 60.0)).tracker(100.0)
    with pytest.raises(NotEnough, match="record for longer"):
        Oscillation.fit(np.zeros((100, 1)), sfreq=SFREQ, band=(6.0, 14.0))
    with pytest.raises(ValueError, match="frequency"):
        Oscillation(0.0)
