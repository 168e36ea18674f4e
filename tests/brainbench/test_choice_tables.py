import numpy as np
import pytest

from surrobrain.brainbench import read_choices
from surrobrain.brainbench.published import headline, write_choices
from surrobrain.journal import append
from tests.brainbench.virtual_readers import virtual_model


def score(case, version, log_likelihood, n_tokens=10):
    return {"key": "x", "id": case, "version": version, "log_likelihood": log_likelihood,
            "n_tokens": n_tokens, "n_bytes": 50}  # fmt: skip


def test_what_is_written_is_read_again(tmp_path):
    counts = np.random.default_rng(0).integers(100, 300, size=(20, 2))
    models = [
        virtual_model(np.ones(20), model="m", n_tokens=counts, n_bytes=5 * counts,
                      subfields=("Systems",) * 20),
        virtual_model(np.ones(20), model="n", seed=1),
    ]  # fmt: skip
    found = read_choices(write_choices(tmp_path / "scores.csv", models))
    assert list(found) == ["m", "n"]
    for model in models:
        again = found[model.model]
        assert np.array_equal(again.loss, model.loss)
        assert again.ids == model.ids
        assert again.subfields == model.subfields
    assert np.array_equal(found["m"].n_bytes, 5 * counts)
    assert found["n"].n_tokens is None


def test_a_run_of_scoring_is_read(tmp_path):
    path = tmp_path / "scores.jsonl"
    for case, worse in (("1", -21.0), ("2", -19.0)):
        append(path, {"model": "m", "scoring": "clean", "scores": [
            score(case, "original", -20.0), score(case, "altered", worse)]})  # fmt: skip
    found = read_choices(path, subfields={"1": "Systems"})["m"]
    assert found.correct.tolist() == [True, False]
    assert found.loss[0] == pytest.approx([2.0, 2.1])
    assert found.subfields == ("Systems", None)
    assert found.recipe == "clean"
    append(path, {"model": "m", "scoring": "reference", "scores": [
        score("1", "original", -9.0), score("1", "altered", -9.5)]})  # fmt: skip
    assert list(read_choices(path)) == ["m (clean)", "m (reference)"]


def test_half_a_case_asks_to_resume(tmp_path):
    path = tmp_path / "scores.jsonl"
    append(path, {"model": "m", "scoring": "clean", "scores": [score("7", "original", -20.0)]})
    with pytest.raises(ValueError, match=r"'7'.*resume"):
        read_choices(path)
    append(tmp_path / "empty.jsonl", {"model": "m", "scoring": "clean", "scores": []})
    with pytest.raises(ValueError, match="holds no scores"):
        read_choices(tmp_path / "empty.jsonl")


@pytest.mark.parametrize(
    ("text", "said"),
    [("a,b\n1,2\n", "needs the columns"), ("", "but has none"),
     ("model,id,ppl_original,ppl_altered\nm,1,2.0,\n", "ppl_altered of m on case '1'"),
     ("model,id,ppl_original,ppl_altered\nm,1,2.0,nan\n", "finite number"),
     ("model,id,ppl_original,ppl_altered\nm,1,2.0,-1\n", "not above 0")],
)  # fmt: skip
def test_damage_is_named(tmp_path, text, said):
    path = tmp_path / "scores.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=said):
        read_choices(path)


def test_a_table_without_the_order_of_the_paper_has_no_headline(tmp_path):
    path = write_choices(tmp_path / "scores.csv", virtual_model(np.ones(3)))
    with pytest.raises(ValueError, match="no paper_order"):
        headline(path)
