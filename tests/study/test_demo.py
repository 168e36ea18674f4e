"""The demo: the whole job, with the truth recovered."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from surrobrain.runs import verify


@pytest.mark.slow
def test_demo_recovers_the_truth_and_leaves_a_verified_run(tmp_path: Path):
    script = Path(sys.executable).parent / "surrobrain"
    done = subprocess.run(
        [script, "demo", "--out", tmp_path / "demo", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    connectivity = found["comparisons"][0]
    assert connectivity["value"] > 0.9
    # The virtual subject is nearly linear where it lives: a linear surrogate may do as well.
    assert set(connectivity["unbeaten"]) <= {"linear autoregression"}
    assert verify(found["folder"]) == []
    page = Path(found["report"]).read_text()
    assert "http" not in page.replace("http-equiv", "")
    assert "not a medical device" in page
