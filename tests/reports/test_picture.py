from matplotlib.figure import Figure

from surrobrain.reports.picture import Picture


def test_a_saved_picture_is_a_png_of_the_size_asked(tmp_path):
    path = Picture(Figure(figsize=(2, 1)), "t", "c", "a").save(tmp_path / "x.png", dpi=100)
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(content[16:20]) == 200
    assert int.from_bytes(content[20:24]) == 100


def test_the_same_drawing_gives_the_same_bytes():
    assert Picture(Figure(), "t", "c", "a").png() == Picture(Figure(), "t", "c", "a").png()
