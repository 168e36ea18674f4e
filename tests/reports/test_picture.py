import pytest
from matplotlib.figure import Figure

from surrobrain.reports.picture import Picture, Undrawn, drawn


def test_a_saved_picture_is_a_png_of_the_size_asked(tmp_path):
    path = Picture(Figure(figsize=(2, 1)), "t", "c", "a").save(tmp_path / "x.png", dpi=100)
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(content[16:20]) == 200
    assert int.from_bytes(content[20:24]) == 100


def test_the_same_drawing_gives_the_same_bytes():
    assert Picture(Figure(), "t", "c", "a").png() == Picture(Figure(), "t", "c", "a").png()


def _raises(error):
    def draw():
        raise error

    return draw


def test_what_data_lack_becomes_a_sentence_and_a_mistake_stays_an_error():
    picture = Picture(Figure(), "t", "c", "a")
    assert drawn("Spectra", lambda: picture) is picture
    assert drawn("Spectra", _raises(ValueError("too short"))) == Undrawn("Spectra", "too short")
    for mistake in (TypeError, KeyError, IndexError, RuntimeError):
        with pytest.raises(mistake):
            drawn("Spectra", _raises(mistake("a mistake")))
