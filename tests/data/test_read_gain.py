"""Gain matrices from files: bare ones in the model's order, named ones in any."""

import numpy as np
import pytest

from surrobrain.data.read_gain import read_gain
from surrobrain.errors import BadRecording

REGIONS = ("A", "B", "C")
VALUES = np.arange(12.0).reshape(4, 3)


def test_a_bare_matrix_is_in_the_order_of_the_model(tmp_path):
    np.save(tmp_path / "gain.npy", VALUES.astype(np.float32))
    found = read_gain(tmp_path / "gain.npy", regions=REGIONS)
    np.testing.assert_array_equal(found.values, VALUES)
    assert found.channels == ("channel_0", "channel_1", "channel_2", "channel_3")


def test_a_table_may_list_regions_in_any_order_and_more_of_them(tmp_path):
    file = tmp_path / "gain.csv"
    file.write_text("contact,C,A,X,B\nP1,3,1,9,2\nP2,6,4,9,5\nP3,9,7,9,8\n")
    found = read_gain(file, regions=REGIONS)
    np.testing.assert_array_equal(found.values, [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    assert found.channels == ("P1", "P2", "P3")
    with pytest.raises(ValueError, match="D"):
        read_gain(file, regions=("A", "D"))


def test_names_of_channels_come_from_a_file_of_their_own(tmp_path):
    np.save(tmp_path / "gain.npy", VALUES)
    (tmp_path / "contacts.csv").write_text("label,x\na1,0\na2,0\nb1,0\nb2,0\n")
    found = read_gain(tmp_path / "gain.npy", regions=REGIONS, channels=tmp_path / "contacts.csv")
    assert found.channels == ("a1", "a2", "b1", "b2")
    with pytest.raises(ValueError, match="2 names of channels arrived for the 4 rows"):
        read_gain(tmp_path / "gain.npy", regions=REGIONS, channels=["a", "b"])


def test_what_is_no_gain_of_these_regions_is_refused(tmp_path):
    np.save(tmp_path / "gain.npy", VALUES)
    with pytest.raises(ValueError, match="the model has 2 regions"):
        read_gain(tmp_path / "gain.npy", regions=("A", "B"))
    np.save(tmp_path / "hole.npy", np.where(VALUES == 5, np.nan, VALUES))
    with pytest.raises(ValueError, match=r"gain in hole\.npy"):
        read_gain(tmp_path / "hole.npy", regions=REGIONS)
    (tmp_path / "gain.edf").write_text("")
    with pytest.raises(BadRecording, match="holds no matrix"):
        read_gain(tmp_path / "gain.edf", regions=REGIONS)
