import csv
import datetime
import gzip
import zlib
from collections import defaultdict

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from surrobrain.brainbench.brackets import parse_brackets
from surrobrain.brainbench.familiarity import TextGroup, compare_groups
from surrobrain.brainbench.memorization import (
    TokenNumbers,
    find_memorization,
    group_texts,
    min_k,
    min_k_plus_plus,
    zlib_ratio,
)


def group(name, values, *, length=None, wrapper=""):
    n = len(values)
    length = np.full(n, 1000.0) if length is None else np.asarray(length, dtype=float)
    zlibs = np.full(n, 500)
    return TextGroup(name, length, np.full(n, 2.0), zlibs, {"s": np.asarray(values)}, wrapper)


def test_min_k_takes_the_least_probable_tokens():
    log_probability = -np.arange(1.0, 11.0)
    assert min_k(TokenNumbers(log_probability), share=0.2) == -9.5
    assert min_k(TokenNumbers(log_probability), share=0.01) == -10.0
    assert min_k(TokenNumbers(log_probability), share=1.0) == log_probability.mean()
    with pytest.raises(ValueError, match="share must be above 0"):
        min_k(TokenNumbers(log_probability), share=0.0)


def test_min_k_plus_plus_standardizes_by_the_prediction_itself():
    """By hand from full distributions over a vocabulary of three."""
    predicted = np.array([[0.7, 0.2, 0.1], [1 / 3, 1 / 3, 1 / 3], [0.98, 0.01, 0.01]])
    logs = np.log(predicted)
    mean = (predicted * logs).sum(axis=1)
    spread = np.sqrt((predicted * np.square(logs - mean[:, None])).sum(axis=1))
    numbers = TokenNumbers(logs[np.arange(3), [2, 0, 1]], mean, spread)
    z = (logs[0, 2] - mean[0]) / spread[0], 0.0, (logs[2, 1] - mean[2]) / spread[2]
    assert min_k_plus_plus(numbers, share=0.34) == pytest.approx(min(z))
    assert min_k_plus_plus(numbers, share=1.0) == pytest.approx(np.mean(z))
    with pytest.raises(ValueError, match=r"Min-K%\+\+ needs mean and spread"):
        min_k_plus_plus(TokenNumbers(np.array([-1.0])))


def test_the_area_is_that_of_mann_and_whitney():
    rng = np.random.default_rng(0)
    first, second = rng.normal(1, 1, 30), rng.normal(0, 1, 50).round(1)
    (found,) = compare_groups(group("a", first), group("b", second), seed=0)
    expected = mannwhitneyu(first, second)
    assert found.auc == pytest.approx(expected.statistic / 1500)
    assert found.low < found.auc < found.high
    assert (found.n_first, found.n_second) == (30, 50)
    (back,) = compare_groups(group("b", second), group("a", first), seed=0)
    assert back.auc == pytest.approx(1 - found.auc)


def test_the_permutation_agrees_with_the_exact_test():
    first, second = [5.0, 7.0, 8.0, 9.0], [1.0, 2.0, 6.0, 4.0, 3.0]
    (found,) = compare_groups(group("a", first), group("b", second), seed=0)
    exact = mannwhitneyu(first, second, method="exact").pvalue
    assert found.p_value == pytest.approx(exact, abs=0.01)


def test_the_interval_covers_and_is_not_empty_at_the_ends():
    rng = np.random.default_rng(1)
    true = 0.760  # of normals one standard deviation apart
    found = [
        compare_groups(
            group("a", rng.normal(1, 1, 25)), group("b", rng.normal(0, 1, 25)),
            n_permutations=1, seed=0,
        )[0]
        for _ in range(300)
    ]  # fmt: skip
    assert np.mean([c.low <= true <= c.high for c in found]) > 0.92
    (parted,) = compare_groups(group("a", [2.0, 3.0]), group("b", [0.0, 1.0]), seed=0)
    assert parted.auc == parted.high == 1.0
    assert 0.1 < parted.low < 0.9


def test_length_alone_is_not_familiarity():
    """Long texts score higher; groups of other lengths differ by nothing else."""
    rng = np.random.default_rng(2)
    lengths = rng.uniform(800, 1600, 300), rng.uniform(1200, 2400, 300)
    groups = [
        group(name, n / 100 + rng.normal(size=300), length=n)
        for name, n in zip("ab", lengths, strict=True)
    ]
    (found,) = compare_groups(*groups, seed=0)
    assert found.low < 0.5 < found.high + 0.05
    assert found.p_value > 0.01
    assert found.n_first < 300
    (naive,) = compare_groups(*groups, tolerance=1000.0, seed=0)
    assert naive.auc < 0.2


def test_chance_is_rejected_as_often_as_promised():
    rng = np.random.default_rng(3)
    p = [
        compare_groups(
            group("a", rng.normal(size=12), length=rng.uniform(900, 1500, 12)),
            group("b", rng.normal(size=20), length=rng.uniform(900, 1500, 20)),
            n_permutations=199, seed=rng,
        )[0].p_value
        for _ in range(200)
    ]  # fmt: skip
    assert 0.04 < np.mean(np.array(p) <= 0.1) < 0.17


def test_unlike_is_not_compared():
    with pytest.raises(ValueError, match=r"'a' and 'b' were read in different wrappers"):
        compare_groups(group("a", [1.0], wrapper="[INST]"), group("b", [1.0]))
    with pytest.raises(ValueError, match=r"no text of 'a' is within 10% of the length"):
        compare_groups(group("a", [1.0], length=[100]), group("b", [1.0], length=[200]))


def published(folder):
    scores = defaultdict(list)
    with gzip.open(folder / "memorisation_ppl_zlib.csv.gz", "rt") as stream:
        for row in csv.DictReader(stream):
            pair = float(row["ppl"]), int(row["zlib_bytes"])
            scores[row["model"], row["text_set"]].append(pair)
    for (model, name), pairs in scores.items():
        loss, n_zlib = np.log([p for p, _ in pairs]), np.array([z for _, z in pairs])
        ratio = {"zlib ratio": zlib_ratio(loss, n_zlib=n_zlib)}
        yield (model, name), TextGroup(name, n_zlib.astype(float), loss, n_zlib, ratio)


def test_a_speech_that_everyone_knows_is_found_in_the_published_scores(shared):
    groups = dict(published(shared("brainbench")))
    text = (shared("brainbench") / "gettysburg_address.txt").read_text()
    for model in ("meta-llama--Llama-2-70b-hf", "tiiuae--falcon-180B"):
        speech = groups[model, "gettysburg_address"]
        assert abs(int(speech.n_zlib[0]) - len(zlib.compress(text.encode()))) <= 12
        (found,) = compare_groups(speech, groups[model, "arxiv_abstracts_20230601_20231231"])
        assert found.auc == 1.0
        assert found.p_value < 0.1
        early, late = (
            groups[model, f"biorxiv_abstracts_{dates}"]
            for dates in ("2021-06-01_2021-12-01", "2023-06-01_2023-12-01")
        )
        (dates,) = compare_groups(early, late)
        assert abs(dates.auc - 0.5) < 0.05  # what was published later is as familiar


def memorizing(known):
    """A model to which texts with a known word are familiar."""

    def score(texts):
        rng = np.random.default_rng(0)
        for text in texts:
            level = -1.0 if any(word in text for word in known) else -2.5
            log_probability = level + 0.3 * rng.normal(size=40)
            yield TokenNumbers(log_probability, np.full(40, -2.0), np.full(40, 1.0))

    return lambda texts: list(score(texts))


def dated(n):
    for k in range(n):
        item = parse_brackets(f"Case {k:04d} is that the rate [[rises, falls]] a lot.", id=str(k))
        yield item.__class__(
            item.id, item.original, item.altered, item.edits, date=datetime.date(2022 + k % 2, 1, 1)
        )


def test_cases_seen_before_the_cutoff_and_members_are_told_apart():
    items = list(dated(40))
    score = memorizing({f"{k:04d}" for k in range(0, 40, 2)} | {"member"})
    references = {
        "members": ["A member is here, it was read and rises"],
        "long": ["a" * 900],
    }
    found = find_memorization(
        items, score=score, model="it", references=references, cutoff=datetime.date(2023, 1, 1)
    )
    assert [len(g) for g in found.groups] == [40, 1, 1, 20, 20]
    by = {(c.first, c.score): c for c in found.comparisons}
    assert len(by) == 6
    for name in ("zlib ratio", "Min-K%", "Min-K%++"):
        dates = by["test cases before 2023-01-01", name]
        assert dates.auc == 1.0
        assert dates.p_value < 0.001
        assert by["members", name].auc > 0.5
    (note,) = found.notes
    assert "no text of 'long' is within 10%" in note


def test_a_model_that_saw_nothing_shows_nothing():
    found = find_memorization(
        list(dated(40)), score=memorizing(()), cutoff=datetime.date(2023, 1, 1)
    )
    assert all(c.low < 0.5 < c.high for c in found.comparisons)


def test_dates_that_do_not_part_the_cases_are_noted():
    found = find_memorization(
        list(dated(4)), score=memorizing(()), cutoff=datetime.date(2030, 1, 1)
    )
    assert found.comparisons == ()
    assert found.notes == (
        "no case is dated on the other side of 2030-01-01; dates tell nothing here",
    )


def test_a_group_holds_texts():
    with pytest.raises(ValueError, match="group 'x' holds no text"):
        group_texts([], name="x", score=memorizing(()))
