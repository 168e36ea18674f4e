import json
import os
import subprocess
import sys

import numpy as np
import pytest

from surrobrain.brainbench.brackets import parse_brackets
from surrobrain.brainbench.export import export_task
from surrobrain.brainbench.item_reader import examine_items


def items(n):
    return [parse_brackets(f"Rate {k} {{{{x}}}} [[rises, falls]].", id=str(k)) for k in range(n)]


def test_the_coin_decides_the_order_and_the_label_tells(tmp_path):
    folder = export_task(items(60), tmp_path / "task", name="mine", seed=0)
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text().splitlines()]
    assert all(case["choices"][case["label"]].endswith("rises.") for case in cases)
    labels = [case["label"] for case in cases]
    assert 15 < sum(labels) < 45
    again = export_task(items(60), tmp_path / "again", name="mine", seed=0)
    assert (again / "cases.jsonl").read_bytes() == (folder / "cases.jsonl").read_bytes()


def test_names_and_cases_are_checked(tmp_path):
    with pytest.raises(ValueError, match="no case to export"):
        export_task([], tmp_path)
    with pytest.raises(ValueError, match=r"small letters.*'Brain Bench' arrived"):
        export_task(items(1), tmp_path, name="Brain Bench")


@pytest.mark.slow
def test_the_harness_loads_and_runs_the_task(shared, tmp_path):
    """A reader that likes short texts must get what the lengths say, whatever the harness does."""
    pytest.importorskip("lm_eval")
    cases = examine_items(shared("brainbench") / "testcases_human.jsonl").items[:40]
    folder = export_task(cases, tmp_path / "task")
    script = f"""
import json
from lm_eval import simple_evaluate
from lm_eval.api.model import LM
from lm_eval.tasks import TaskManager

class Short(LM):
    def loglikelihood(self, requests, **_):
        assert all(context == "" for context, _ in (r.args for r in requests))
        return [(-float(len(r.args[1])), False) for r in requests]
    loglikelihood_rolling = generate_until = None

Short.__abstractmethods__ = frozenset()
manager = TaskManager(include_path={str(folder)!r}, include_defaults=False)
found = simple_evaluate(model=Short(), tasks=["brainbench"], task_manager=manager)
print(json.dumps(found["results"]["brainbench"], default=str))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    labels = [json.loads(x)["label"] for x in (folder / "cases.jsonl").read_text().splitlines()]
    shorter = [
        len(c.original) < len(c.altered) or (len(c.original) == len(c.altered) and label == 0)
        for c, label in zip(cases, labels, strict=True)
    ]  # a tie goes to the version that stands first
    assert found["acc,none"] == pytest.approx(np.mean(shorter))
