"""Every number of the published study that its stored results allow, to the printed digits."""

import json

import pytest

from surrobrain.brainbench.positions import sides_shown


@pytest.fixture(scope="module")
def rows(shared):
    shared("brainbench")
    from benchmarks.brainbench import measure

    return {row["quantity"]: row for row in measure().rows}


def test_every_number_is_reproduced_to_the_printed_digits(rows):
    assert len(rows) > 60
    wrong = [f"{name}: {row['published']} against {row['here']}"
             for name, row in rows.items() if row["agrees"] != "yes"]  # fmt: skip
    assert wrong == []


def test_the_benchmark_would_notice():
    from benchmarks.brainbench import Table

    table = Table()
    table.add("right", 0.81, 0.8149, digits=2)
    table.add("wrong", 0.81, 0.8151, digits=2)
    assert [row["agrees"] for row in table.rows] == ["yes", "NO"]


def test_the_sides_are_those_of_the_study(shared):
    lines = (shared("brainbench") / "testcases_human.jsonl").read_text().splitlines()
    labels = [json.loads(line)["reference_label"] for line in lines]
    assert [side == "original as B" for side in sides_shown(200)] == [
        label == 1 for label in labels
    ]
