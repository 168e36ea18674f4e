"""Responses and patterns as data: shapes, trims, joining, folders."""

import numpy as np
import pytest

from surrobrain.llm_networks.neuron_responses import Responses, join_responses, read_responses
from surrobrain.llm_networks.neurons import Neurons
from surrobrain.llm_networks.patterns import Patterns, read_patterns


def some_neurons(n, model="tiny"):
    return Neurons(np.arange(n) % 2, np.arange(n) // 2, "ffn_out", model)


def some_responses(n_times=20, n_neurons=6, **given):
    values = np.random.default_rng(0).normal(size=(n_times, n_neurons)).astype(np.float32)
    return Responses(values, tr=2.0, neurons=some_neurons(n_neurons), **given)


def test_trims_leave_rows_where_they_are():
    found = some_responses(runs=(8, 12), trim=3)
    assert found.values.shape == (20, 6)
    assert np.flatnonzero(found.kept).tolist() == [3, 4, 11, 12, 13, 14, 15, 16]


def test_responses_survive_a_folder_and_stay_on_disk(tmp_path):
    found = some_responses(word_counts=np.arange(20), trim=2, reading="one pass")
    found.save(tmp_path / "a")
    read = read_responses(tmp_path / "a")
    assert isinstance(read.values, np.memmap)
    assert np.array_equal(read.values, found.values)
    assert (read.tr, read.trim, read.reading, read.runs) == (2.0, 2, "one pass", (20,))
    assert (read.model, read.site) == ("tiny", "ffn_out")
    assert np.array_equal(read.layers, found.layers)
    assert np.array_equal(read.word_counts, np.arange(20))
    before = (tmp_path / "a" / "values.npy").stat().st_mtime_ns
    read.save(tmp_path / "a")  # the map is not written over itself
    assert (tmp_path / "a" / "values.npy").stat().st_mtime_ns == before


def test_joined_runs_keep_what_all_of_them_have():
    first = some_responses(10)
    second = some_responses(12).pick(np.arange(6) != 3)
    joined = join_responses([first, second])
    assert (joined.runs, joined.n_neurons) == ((10, 12), 5)
    assert np.array_equal(joined.values[:10], first.values[:, [0, 1, 2, 4, 5]])
    assert joined.dropped.named() == ["layer 1, unit 1"]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: some_responses(runs=(8, 8)), "do not add up to 20"),
        (lambda: some_responses(runs=(4, 16), trim=2), "trim less"),
        (lambda: Responses(np.ones((4, 2)), tr=0.0), "tr must be above 0 s"),
        (lambda: Responses(np.ones((4, 2)), tr=1.0, neurons=some_neurons(3)), "3 neurons are"),
        (lambda: join_responses([]), "no responses arrived"),
        (
            lambda: join_responses(
                [Responses(np.ones((4, 2)), tr=1.0), Responses(np.ones((4, 2)), tr=2.0)]
            ),
            "differ in tr",
        ),
    ],
)
def test_what_does_not_fit_is_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()


def test_patterns_survive_a_folder(tmp_path):
    rng = np.random.default_rng(1)
    codes = rng.normal(size=(3, 6)).astype(np.float32)
    codes[2] = 0
    made = Patterns(
        rng.normal(size=(20, 3)), codes, 2.0, some_neurons(6), word_counts=np.arange(20),
        trim=1, facts={"seed": 0, "sparsity": 0.1},
    )  # fmt: skip
    made.save(tmp_path)
    read = read_patterns(tmp_path)
    assert np.array_equal(read.codes, codes)
    assert read.facts == {"seed": 0, "sparsity": 0.1}
    assert (read.model, read.trim, read.n_patterns, read.n_neurons) == ("tiny", 1, 3, 6)
    shares = read.layer_weights()
    assert shares[0, 0] == pytest.approx(np.abs(codes[0, ::2]).sum() / np.abs(codes[0]).sum())
    assert shares.sum(axis=1) == pytest.approx([1.0, 1.0, 0.0])


def test_a_folder_of_another_kind_is_refused(tmp_path):
    some_responses().save(tmp_path)
    with pytest.raises(ValueError, match="something else than patterns"):
        read_patterns(tmp_path)
    (tmp_path / "facts.json").unlink()
    with pytest.raises(FileNotFoundError, match="no finished responses"):
        read_responses(tmp_path)
