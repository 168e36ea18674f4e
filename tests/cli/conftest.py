"""A small network whose regions have names, in an empty folder."""

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau

NAMES = ("V1_L", "V1_R", "M1_L", "M1_R")


@pytest.fixture
def rhythm(tmp_path, monkeypatch) -> sb.Network:
    """Four regions that ring at 10 Hz, saved as the folder "brain"; the first drives the rest."""
    monkeypatch.chdir(tmp_path)
    weights = np.zeros((4, 4))
    weights[1:, 0] = 2.0
    network = sb.Network(
        StuartLandau(a=-5.0, omega=20 * np.pi), sb.Connectome(weights, names=NAMES), noise=0.5,
        coupling=1.0, observer=sb.observers.Identity(250.0), settle=2.0, dt=1e-3, stepper="heun",
    )  # fmt: skip
    sb.save_model(network, "brain")
    return network


@pytest.fixture
def halves(tmp_path):
    """Return a parcellation in which the cortex of a side is its V1."""
    np.save(tmp_path / "halves.npy", np.repeat([1, 2], 10242))
    return "halves.npy"


@pytest.fixture
def no_page(monkeypatch):
    """Draw no figures where a test does not look at them: they cost more than the runs."""
    monkeypatch.setattr("surrobrain.reports.report.Report.html", lambda self: "")
