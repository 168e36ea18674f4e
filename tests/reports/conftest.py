"""One of each thing that a report can show, of any size, made without a fit."""

import numpy as np
import pytest

from surrobrain.analysis.effective_connectivity import EffectiveConnectivity
from surrobrain.data.connectome import Connectome
from surrobrain.data.recording import Recording
from surrobrain.evaluation.scorecard import Scorecard, ScoreRow
from surrobrain.intervention.what_if import Effect


def _names(n_regions):
    return tuple(f"Region_{k:02d}_{'LR'[k % 2]}" for k in range(n_regions))


@pytest.fixture(scope="session")
def recording():
    """Return a maker of recordings."""

    def make(n_regions=5, n_times=200, *, seed=0, names=None):
        values = np.random.default_rng(seed).normal(size=(n_times, n_regions)).cumsum(axis=0)
        names = _names(n_regions) if names is None else names
        return Recording(values - values.mean(axis=0), 1.4, names, "fMRI", unit="sd")

    return make


@pytest.fixture(scope="session")
def connectome():
    return Connectome(np.ones((5, 5)), names=_names(5))


@pytest.fixture(scope="session")
def influence():
    """Return a maker of effective connectivity."""

    def make(n_regions=5, *, names=None):
        weights = np.random.default_rng(1).normal(size=(n_regions, n_regions))
        names = _names(n_regions) if names is None else names
        return EffectiveConnectivity(weights, 0.1 * np.abs(weights), "jacobian", 1, names)

    return make


@pytest.fixture(scope="session")
def effect():
    """Return a maker of effects in which region k changes by k + 1 standard deviations."""

    def make(n_regions=5, n_times=60, *, names=None, scale=1.0):
        size = scale * np.arange(1.0, n_regions + 1)
        change = np.zeros((n_times, n_regions))
        change[n_times // 2 :] = 2 * size
        fc = np.atleast_2d(np.corrcoef(np.random.default_rng(2).normal(size=(n_regions, 50))))
        return Effect(
            description="stimulus: constant 1 from 0 s at A",
            names=_names(n_regions) if names is None else names,
            sfreq=2.0,
            n_seeds=4,
            baseline=np.zeros_like(change),
            changed=change,
            difference=change,
            difference_low=change - 0.1,
            difference_high=change + 0.1,
            response=size,
            response_low=size - 0.1,
            response_high=size + 0.1,
            sd=np.ones(n_regions),
            fc_before=fc,
            fc_after=0.5 * fc,
        )

    return make


@pytest.fixture(scope="session")
def row():
    """Return a maker of rows of a scorecard."""

    def make(**changes):
        given = {
            "name": "rmse", "protocol": "forecast", "unit": "sd", "better": "lower",
            "perfect": 0.0, "value": 0.6, "low": 0.55, "high": 0.65, "persistence": 0.9,
            "linear_var": 0.7, "null": 1.4, "floor": np.nan, "verdict": "beats every baseline",
            "blind": "when it errs",
        }  # fmt: skip
        return ScoreRow(**(given | changes))

    return make


@pytest.fixture(scope="session")
def scorecard(row):
    free = row(name="fc", protocol="free_run", better="higher", value=0.8, low=0.7, high=0.9,
               persistence=np.nan, linear_var=0.75, null=0.0, floor=0.85, unit="",
               verdict="no better than the linear VAR")  # fmt: skip
    return Scorecard((row(), free), ("free run: 10 of 60 s each",))
