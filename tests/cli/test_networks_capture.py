"""``surrobrain networks capture`` and ``patterns``, with the tiny and the embedded model."""

import json

import pytest

from surrobrain.cli.main import main
from surrobrain.llm_networks.capture import CaptureRecipe, responses
from surrobrain.llm_networks.neuron_responses import read_responses
from surrobrain.llm_networks.patterns import read_patterns
from surrobrain.llm_networks.words import read_words
from surrobrain.pretrained.language import load_language
from tests.tiny_language import WORDS, network, tokenizer_of_words


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    network("gpt2").save_pretrained(folder / "model")
    tokenizer_of_words().save_pretrained(folder / "model")
    rows = [f"{10 + k / 3}\t{10.2 + k / 3}\t{WORDS[3 + k % 25]}" for k in range(120)]
    (folder / "words.tsv").write_text("onset\toffset\tword\n" + "\n".join(rows) + "\n")
    return str(folder / "model"), str(folder / "words.tsv")


def ran(capsys, *typed):
    code = main(["networks", *typed, "--threads", "1", "--quiet"])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_from_a_story_to_patterns(files, capsys, tmp_path):
    model, words = files
    out = str(tmp_path / "captured")
    typed = ["capture", model, words, "--tr", "1", "--start", "10", "--out", out, "--trim", "2"]
    code, text, _ = ran(capsys, *typed, "--n-times", "41", "--layer", "-1")
    assert code == 0
    assert "read 120 words in one pass" in text
    assert "41 volumes of 1 s" in text
    found = read_responses(out)
    expected = responses(
        load_language(model), read_words(words, start=10.0), tr=1.0, n_times=41,
        recipe=CaptureRecipe(layers=(-1,), trim=2),
    )  # fmt: skip
    assert (found.values == expected.values).all()
    code, text, _ = ran(capsys, "patterns", out, out, "--n-patterns", "5", "--out",
                        str(tmp_path / "p"), "--json")  # fmt: skip
    assert code == 0
    payload = json.loads(text)
    made = read_patterns(tmp_path / "p")
    assert made.codes.shape == (5, 32)
    assert made.runs == (41, 41)
    assert payload["relative_error"] == made.facts["relative_error"]
    assert payload["layers"] == [1]
    for method in ("ica", "kmeans"):
        code, text, _ = ran(capsys, "patterns", out, "--n-patterns", "3", "--method", method,
                            "--out", str(tmp_path / method))  # fmt: skip
        assert code == 0
        assert f"by {method}" in text


def test_the_embedded_encoder_by_its_name(files, capsys, tmp_path):
    out = str(tmp_path / "embedded")
    code, text, _ = ran(capsys, "capture", "all-MiniLM-L6-v2", files[1], "--tr", "2", "--start",
                        "10", "--trim", "0", "--out", out, "--json")  # fmt: skip
    assert code == 0
    payload = json.loads(text)
    assert payload["n_neurons"] == 6 * 384
    assert payload["reading"] == "windows of 512 tokens, stride 127"
    code, text, _ = ran(capsys, "patterns", out, "--choose", "--out", str(tmp_path / "chosen"))
    assert code == 0
    assert "held out" in text
    assert "chosen" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["--start", "0", "--n-times", "20"], "end outside the scan"),
        (["--start", "30"], "end outside the scan"),
        (["--trim", "30"], "smaller trim"),
        (["--layer", "9"], "layer 9 was asked"),
        (["--tier", "phones"], "there is no column in"),
        (["--window", "5000"], "1024 tokens at most"),
    ],
)
def test_mistakes_end_in_3_and_leave_nothing(files, capsys, tmp_path, change, said):
    out = tmp_path / "nothing"
    typed = ["capture", *files, "--tr", "1", "--start", "10", "--out", str(out)]
    code, _, error = ran(capsys, *typed, *change)
    assert code == 3
    assert said in error
    assert not out.exists()


def test_a_folder_without_responses_is_said(capsys, tmp_path):
    code, _, error = ran(capsys, "patterns", str(tmp_path), "--out", str(tmp_path / "p"))
    assert code == 3
    assert "no finished responses" in error
    assert not (tmp_path / "p").exists()
