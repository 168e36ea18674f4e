"""Words from every kind of file, and their way to the volumes of a scan."""

import numpy as np
import pytest

from surrobrain.llm_networks.word_to_tr import word_to_volume
from surrobrain.llm_networks.words import Words, read_words

LONG = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "phones"
        xmin = 0
        xmax = 2.5
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 2.5
            text = "k"
    item [2]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2.5
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = "sp"
        intervals [2]:
            xmin = 0.5
            xmax = 1.25
            text = "say ""3 x = 4"""
        intervals [3]:
            xmin = 1.25
            xmax = 2.5
            text = "now"
'''
SHORT = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1\n<exists>\n1\n' + (
    '"IntervalTier"\n"w"\n0\n1\n2\n0\n0.4\n"a"\n0.4\n1\n"b2"\n'
)


def written(folder, name, content, encoding="utf-8"):
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_textgrid_is_read_by_its_words(tmp_path, encoding):
    found = read_words(written(tmp_path, "a.TextGrid", LONG, encoding), start=0.5)
    assert found.text == ('say "3 x = 4"', "now")
    assert found.onsets.tolist() == [0.0, 0.75]
    assert found.offsets.tolist() == [0.75, 2.0]


def test_another_tier_and_the_short_form(tmp_path):
    assert read_words(written(tmp_path, "a.TextGrid", LONG), tier="phones").text == ("k",)
    assert read_words(written(tmp_path, "b.TextGrid", SHORT)).text == ("a", "b2")
    with pytest.raises(ValueError, match="did you mean 'words'"):
        read_words(tmp_path / "a.TextGrid", tier="wordz")
    with pytest.raises(ValueError, match="say with tier"):
        read_words(written(tmp_path, "c.TextGrid", LONG.replace('"words"', '"speech"')))


def test_tables_and_bids_events(tmp_path):
    table = written(tmp_path, "w.csv", 'Onset,Offset,Word\n1,1.5,"well, yes"\n1.5,2,sp\n2,3,so\n')
    assert read_words(table).text == ("well, yes", "so")
    events = "onset\tduration\ttrial_type\tvalue\n1\t0.5\tword\thello\n2\tn/a\tword\tn/a\n"
    found = read_words(written(tmp_path, "sub-01_task-story_events.tsv", events))
    assert (found.text, found.offsets.tolist()) == (("hello",), [1.5])
    assert read_words(table, tier="Word").text == ("well, yes", "so")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tsv", "onset\toffset\tword\n", "has no words"),
        ("a.tsv", "onset\toffset\tword\n1\t2\tsp\n", "has no words"),
        ("a.tsv", "", "it needs onset"),
        ("a.tsv", "onset\tword\n1\ta\n", "it needs onset, offset or duration, and word"),
        ("a.tsv", "onset\toffset\tword\n1\t\ta\n", "line 2 of a.tsv"),
        ("a.tsv", "onset\toffset\tword\n1\tnan\ta\n", "finite"),
        ("a.tsv", "onset\toffset\tword\n2\t1\ta\n", "word 0 of a.tsv .* ends before it begins"),
        ("a.tsv", "onset\toffset\tword\n2\t3\ta\n1\t2\tb\n", "word 1 of a.tsv .*sort the words"),
        ("a.TextGrid", "nothing", "no TextGrid"),
        ("a.TextGrid", LONG[:-60], "breaks off"),
    ],
)
def test_bad_files_are_refused_by_name(tmp_path, name, content, said):
    with pytest.raises(ValueError, match=said):
        read_words(written(tmp_path, name, content))


def test_the_real_textgrid_and_table_agree(shared):
    folder = shared("narratives/alice")
    grid = read_words(folder / "DownTheRabbitHole.TextGrid", start=20.0)
    table = read_words(folder / "words.tsv", start=20.0)
    assert len(grid) == len(table) == 2127
    assert grid.text == table.text
    assert np.abs(grid.offsets - table.offsets).max() < 1e-3
    counts = word_to_volume(grid, tr=2.0, n_times=362, rule="sum").sum(axis=1)
    assert counts.sum() == 2127
    assert (counts == 0).sum() == 2  # known of these recordings


def three_words():
    return Words(("a", "b", "c"), np.array([0.0, 1.0, 4.5]), np.array([0.9, 1.9, 6.0]))


def test_means_and_sums_by_where_words_end():
    mean = word_to_volume(three_words(), tr=2.0, n_times=3)
    assert mean.toarray().tolist() == [[0.5, 0.5, 0], [0, 0, 0], [0, 0, 1]]
    total = word_to_volume(three_words(), tr=2.0, rule="sum")
    assert total.toarray().tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1]]


def test_lanczos_filters_and_keeps_what_is_slow():
    rng = np.random.default_rng(0)
    onsets = np.sort(rng.uniform(0, 199.0, 800))
    words = Words(("w",) * 800, onsets, onsets + 0.2)
    matrix = word_to_volume(words, tr=2.0, n_times=100, rule="lanczos")
    times, middles = 2.0 * (np.arange(100) + 0.5), onsets + 0.1
    expected = np.zeros((100, 800))
    for i, t in enumerate(times):
        for w, m in enumerate(middles):
            x = 2 * (1 / 4.0) * (t - m)
            if abs(x) < 3:
                expected[i, w] = np.sinc(x) * np.sinc(x / 3)
    assert np.abs(matrix.toarray() - expected).max() < 1e-12
    slow = matrix @ np.sin(2 * np.pi * middles / 60)
    assert np.corrcoef(slow[5:-5], np.sin(2 * np.pi * times / 60)[5:-5])[0, 1] > 0.9


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"n_times": 2}, "1 words of the story end outside the scan, such as word 2 \\('c'\\)"),
        ({"rule": "median"}, "there is no rule 'median'"),
        ({"n_times": 0}, "n_times must be at least 1"),
    ],
)
def test_words_outside_the_scan_are_refused(given, said):
    with pytest.raises(ValueError, match=said):
        word_to_volume(three_words(), tr=2.0, **given)


def test_words_before_the_scan_are_refused_and_can_be_cut():
    late = three_words()
    words = Words(late.text, late.onsets - 1.0, late.offsets - 1.0)
    with pytest.raises(ValueError, match="start="):
        word_to_volume(words, tr=2.0)
    assert words.between(0.0, 10.0).text == ("b", "c")
    with pytest.raises(ValueError, match="has no words"):
        words.between(50.0, 60.0)
