import pytest

from surrobrain.journal import Journal, append, read_journal


def test_a_torn_line_is_reported_and_not_glued_to_the_next(tmp_path):
    path = tmp_path / "new" / "scores.jsonl"
    append(path, {"id": "1"})
    with path.open("ab") as stream:
        stream.write(b'{"id": "2", "lo')
    append(path, {"id": "ü"})
    assert read_journal(path) == Journal(({"id": "1"}, {"id": "ü"}), (2,))


def test_an_absent_journal_is_empty_and_nan_is_refused(tmp_path):
    assert read_journal(tmp_path / "none.jsonl") == Journal((), ())
    with pytest.raises(ValueError, match="not JSON compliant"):
        append(tmp_path / "none.jsonl", {"loss": float("nan")})
    assert not (tmp_path / "none.jsonl").exists()
