import numpy as np
import pytest

from surrobrain.errors import BadRecording
from surrobrain.reports.cortex import cortex
from surrobrain.reports.figures.cortex_map import cortex_map

pytest.importorskip("nilearn")
N = 10242


@pytest.fixture
def halves(tmp_path):
    np.save(tmp_path / "halves.npy", np.repeat([1, 2], N))
    return tmp_path / "halves.npy"


def test_numbers_become_regions_and_what_lies_below_is_listed(halves):
    found = cortex([halves], ["left", "right", "thalamus"])
    assert (found.left.parcels == 1).all()
    assert found.unseen == ("thalamus",)
    picture = cortex_map(np.array([1.0, -2.0, 5.0]), on=found, label="response (sd)")
    assert picture.caption.endswith("Not on the surface: thalamus 5.")
    assert "largest in left" in picture.alt
    signed = cortex_map(np.array([1.0, 0.5, 0.0]), on=found, signed=True)
    low, high = signed.figure.axes[4].get_xlim()
    assert low == -high
    with pytest.raises(ValueError, match="2 values arrived for the 3 regions"):
        cortex_map(np.ones(2), on=found)


def test_annotations_match_names_however_they_are_written(tmp_path):
    from nibabel.freesurfer import write_annot

    colors = np.array([[10, 20, 30, 0], [40, 50, 60, 0], [70, 80, 90, 0]])
    labels = np.where(np.arange(N) < 100, 1, 2)
    files = []
    for side in ("lh", "rh"):
        files.append(tmp_path / f"{side}.aparc.annot")
        write_annot(files[-1], labels, colors, ["unknown", "cuneus", "insula"], fill_ctab=True)
    found = cortex(files, ["ctx-rh-cuneus", "L_cuneus", "insula_right"])
    assert np.unique(found.left.parcels).tolist() == [0, 2]
    assert (found.right.parcels[:100] == 1).all()
    assert (found.right.parcels[100:] == 3).all()
    with pytest.raises(BadRecording, match=r"no label of lh\.aparc\.annot is a region"):
        cortex(files, ["V1_L"])


def test_label_files_are_read(tmp_path):
    import nibabel
    from nibabel.gifti import GiftiDataArray, GiftiImage, GiftiLabel, GiftiLabelTable

    table = GiftiLabelTable()
    for key, text in enumerate(["none", "V1"]):
        one = GiftiLabel(key=key)
        one.label = text
        table.labels.append(one)
    files = []
    for side in "LR":
        array = GiftiDataArray(np.repeat([0, 1], N // 2).astype(np.int32), "NIFTI_INTENT_LABEL")
        files.append(tmp_path / f"{side}.label.gii")
        nibabel.save(GiftiImage(labeltable=table, darrays=[array]), files[-1])
    found = cortex(files, ["V1_L", "V1_R"])
    assert found.left.parcels[-1] == 1
    assert found.right.parcels[-1] == 2


def test_coordinates_claim_what_is_near_on_their_side(tmp_path):
    (tmp_path / "centers.csv").write_text(
        "label,x_mm,y_mm,z_mm,cortical\nV1_L,-10,-90,0,1\nM1_L,-40,-20,55,1\n"
        "V1_R,10,-90,0,1\ndeep,-12,-20,8,0\n"
    )
    found = cortex([tmp_path / "centers.csv"], ["V1_L", "V1_R", "M1_L", "deep"])
    assert set(np.unique(found.left.parcels)) == {0, 1, 3}
    assert set(np.unique(found.right.parcels)) == {0, 2}
    assert found.unseen == ("deep",)
    (tmp_path / "bad.csv").write_text("name,x\nV1_L,3\n")
    with pytest.raises(BadRecording, match="needs the columns name, x, y, z"):
        cortex([tmp_path / "bad.csv"], ["V1_L"])


def test_what_is_needed_is_said(halves, tmp_path):
    np.save(tmp_path / "short.npy", np.ones(5, int))
    with pytest.raises(BadRecording, match="20484 vertices"):
        cortex([tmp_path / "short.npy"], ["A"])
    with pytest.raises(BadRecording, match="counts from 1 to 2, but the model has 1"):
        cortex([halves], ["A"])
    with pytest.raises(BadRecording, match=r"give two .annot or .label.gii files of fsaverage5"):
        cortex([halves, halves], ["A", "B"])


def test_the_schaefer_parcellation_covers_the_cortex(shared, tmp_path):
    stored = np.load(shared("atlases/fsaverage5") / "schaefer_7networks_fsaverage5.npz")
    np.save(tmp_path / "s.npy", stored["schaefer100"])
    found = cortex([tmp_path / "s.npy"], [f"r{k}" for k in range(100)])
    assert found.unseen == ()
    bare = (found.left.parcels == 0).sum() + (found.right.parcels == 0).sum()
    assert bare == 1743, "the medial wall"
