import datetime
import json

import pytest

from surrobrain.brainbench import Document, read_items, write_corpus
from surrobrain.cli.main import main
from tests.brainbench.chat import serve_chat
from tests.brainbench.test_authoring import HEAD, good
from tests.tiny_language import language


@pytest.fixture
def corpus(tmp_path):
    words = ("increased", "decreased", "raised")
    made = [Document(f"T{k}", f"{HEAD}We found that light {word} the rate in {k} mice.",
                     doi=f"10.1/{k}", date=datetime.date(2025, 1, 1))
            for k, word in enumerate(words)]  # fmt: skip
    write_corpus(made, tmp_path / "corpus")
    return str(tmp_path / "corpus")


def test_by_rule_then_accepted(corpus, tmp_path, capsys):
    drafts, out = tmp_path / "drafts", tmp_path / "items.jsonl"
    command = ["brainbench", "author", corpus, "--after", "2024-01-01", "--out", str(drafts)]
    assert main([*command, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["n_drafts"] == 2
    assert said["refused"] == {"10.1/2": "no rule applies"}
    review = (drafts / "review.md").read_text()
    (drafts / "review.md").write_text(review.replace("[ ] rule:direction:10.1/0", "[x] "
                                                     "rule:direction:10.1/0"))  # fmt: skip
    assert main(["brainbench", "author", str(drafts), "--accept", "--out", str(out)]) == 0
    assert "1 test cases" in capsys.readouterr().out
    assert [item.id for item in read_items(out)] == ["rule:direction:10.1/0"]


def test_by_a_chat_server(corpus, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    asked = []
    with serve_chat(good, asked) as server:
        url = f"http://127.0.0.1:{server.server_port}/v1"
        command = ["brainbench", "author", corpus, "--after", "2024-01-01", "--server", url,
                   "--model", "m-7b", "--attempts", "1", "--out", str(tmp_path / "d")]  # fmt: skip
        assert main(command) == 0
        server.shutdown()
    assert asked[0][1] == "Bearer k"
    said = capsys.readouterr().out
    assert "drafts                 1" in said
    assert "tick the good ones" in said


def test_by_a_local_model_whose_answers_cannot_be_used(corpus, tmp_path, capsys):
    untrained = language("gpt2")
    untrained.model.save_pretrained(tmp_path / "model")
    untrained.tokenizer.save_pretrained(tmp_path / "model")
    command = ["brainbench", "author", corpus, "--after", "2024-01-01", "--most", "1",
               "--model", str(tmp_path / "model"), "--attempts", "1"]  # fmt: skip
    assert main([*command, "--out", str(tmp_path / "d"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["n_drafts"] == 0
    assert said["refused"]["10.1/0"].startswith("case model:model:10.1/0: the answer holds 0")


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ([], 2, "give --after"),
        (["--after", "2024-01-01", "--server", "http://x/v1"], 2, "--server needs --model"),
        (["--accept", "--after", "2024-01-01"], 2, "--after has no effect"),
        (["--accept"], 3, "there is no file"),
    ],
)
def test_what_is_typed_wrongly_says_so(corpus, tmp_path, capsys, given, code, said):
    assert main(["brainbench", "author", corpus, *given, "--out", str(tmp_path / "d")]) == code
    assert said in capsys.readouterr().err
