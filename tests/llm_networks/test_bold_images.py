import wave

import nibabel as nib
import numpy as np
import pytest
from nibabel.cifti2 import BrainModelAxis, Cifti2Image, SeriesAxis

from surrobrain.llm_networks.bids_stories import find_bids_subjects, read_bids_bold
from surrobrain.llm_networks.bold_images import read_bold
from surrobrain.llm_networks.brain_networks import read_networks
from surrobrain.llm_networks.image_files import sphere_of
from surrobrain.llm_networks.loudness import read_loudness

AFFINE = np.diag([4.0, 4, 4, 1])


def image(path, *, shape=(4, 5, 3), n_times=40, tr=2.0, seed=0, zero=None):
    values = np.random.default_rng(seed).normal(size=(*shape, n_times)).astype(np.float32)
    if zero is not None:
        values[zero] = 0
    made = nib.Nifti1Image(values, AFFINE)
    made.header.set_zooms((4, 4, 4, tr))
    made.header.set_xyzt_units("mm", "sec")
    nib.save(made, path)
    return values


def label_image(path, labels, affine=AFFINE):
    nib.save(nib.Nifti1Image(labels.astype(np.float32), affine), path)
    return path


@pytest.fixture
def mask(tmp_path):
    inside = np.zeros((4, 5, 3))
    inside[1:3, 1:4] = 1
    return label_image(tmp_path / "mask.nii.gz", inside)


def test_voxels_of_a_mask_are_read_cleaned_and_placed(tmp_path, mask):
    values = image(tmp_path / "one.nii.gz")
    image(tmp_path / "two.nii.gz", seed=1, n_times=50)
    found = read_bold([tmp_path / "one.nii.gz", tmp_path / "two.nii.gz"], mask=mask)
    assert (found.n_targets, found.runs, found.tr) == (18, (40, 50), 2.0)
    np.testing.assert_allclose(found.values[:40].std(axis=0), 1.0)
    np.testing.assert_array_equal(found.space.coordinates[0], [4, 4, 0])
    assert np.corrcoef(found.values[:40, 0], values[1, 1, 0])[0, 1] > 0.9


def test_an_atlas_averages_parcels_and_names_them(tmp_path):
    values = image(tmp_path / "one.nii.gz")
    labels = np.zeros((4, 5, 3))
    labels[:2], labels[2:] = 1, 2
    atlas = label_image(tmp_path / "atlas.nii.gz", labels)
    (tmp_path / "atlas.tsv").write_text("index\tname\n1\tleft\n2\tright\n")
    found = read_bold(tmp_path / "one.nii.gz", atlas=atlas)
    assert found.names == ("left", "right")
    assert np.corrcoef(found.values[:, 0], values[:2].mean(axis=(0, 1, 2)))[0, 1] > 0.9
    assert found.space.coordinates is not None


def test_bad_images_are_refused_by_name(tmp_path, mask):
    image(tmp_path / "one.nii.gz")
    shifted = label_image(tmp_path / "moved.nii.gz", np.ones((4, 5, 3)), np.diag([3.0, 4, 4, 1]))
    smaller = label_image(tmp_path / "small.nii.gz", np.ones((4, 5, 2)))
    for wrong in (shifted, smaller):
        with pytest.raises(ValueError, match=r"one\.nii\.gz and the mask lie on different grids"):
            read_bold(tmp_path / "one.nii.gz", mask=wrong)
    image(tmp_path / "fast.nii.gz", tr=1.5)
    both = [tmp_path / "one.nii.gz", tmp_path / "fast.nii.gz"]
    with pytest.raises(ValueError, match=r"TR of 2 s, but run 2 .* of 1\.5 s"):
        read_bold(both, mask=mask)
    image(tmp_path / "dead.nii.gz", zero=(1, 1))
    with pytest.raises(ValueError, match=r"3 of 18 columns are constant or all zero"):
        read_bold(tmp_path / "dead.nii.gz", mask=mask)
    assert read_bold(tmp_path / "dead.nii.gz", mask=mask, on_dead="drop").left_out == 3
    with pytest.raises(ValueError, match="give a mask, for voxels"):
        read_bold(tmp_path / "one.nii.gz")
    with pytest.raises(ValueError, match="does not say its TR"):
        read_bold(np.ones((30, 2)))


def test_surfaces_are_read_as_pairs(tmp_path):
    rng = np.random.default_rng(0)
    paths = []
    for side in "LR":
        arrays = [
            nib.gifti.GiftiDataArray(rng.normal(size=10242).astype(np.float32)) for _ in range(25)
        ]
        paths.append(tmp_path / f"run_hemi-{side}.func.gii")
        nib.save(nib.gifti.GiftiImage(darrays=arrays), paths[-1])
    found = read_bold(tuple(paths), tr=2.0)
    assert found.n_targets == 20484
    assert found.space.kind == "surface"
    left, right = sphere_of(10242)
    np.testing.assert_array_equal(found.space.coordinates[[0, 10242]], [left[0], right[0]])
    with pytest.raises(ValueError, match="one hemisphere"):
        read_bold(paths[0], tr=2.0)


def test_the_cortex_of_dense_cifti_is_read(tmp_path):
    cortex = BrainModelAxis.from_surface([3, 5, 9], 32492, name="CortexLeft")
    other = BrainModelAxis.from_surface([4, 8], 32492, name="CortexRight")
    deep = BrainModelAxis.from_mask(np.ones((1, 1, 2)), affine=np.eye(4), name="thalamus_left")
    values = np.random.default_rng(0).normal(size=(30, 7)).astype(np.float32)
    series = SeriesAxis(0, 0.72, 30)
    nib.save(Cifti2Image(values, (series, cortex + other + deep)), tmp_path / "x.dtseries.nii")
    found = read_bold(tmp_path / "x.dtseries.nii")
    assert found.tr == pytest.approx(0.72)
    assert found.space.vertices.tolist() == [3, 5, 9, 4, 8]
    assert found.space.right.tolist() == [0, 0, 0, 1, 1]


def test_confounds_of_fmriprep_are_taken_out(tmp_path):
    rng = np.random.default_rng(0)
    motion = rng.normal(size=(60, 1))
    bold = rng.normal(size=(60, 3)) + 3 * motion
    head = "framewise_displacement\ttrans_x\n"
    lines = [f"{'n/a' if k == 0 else 0.1}\t{m}" for k, m in enumerate(motion[:, 0])]
    (tmp_path / "c.tsv").write_text(head + "\n".join(lines) + "\n")
    found = read_bold(bold, tr=2.0, confounds=tmp_path / "c.tsv")
    assert np.abs(motion[:, 0] @ found.values).max() < 5
    with pytest.raises(ValueError, match="59 rows, but the run has 60"):
        read_bold(bold, tr=2.0, confounds=motion[:-1])


def bids(tmp_path):
    for sub in ("01", "02"):
        folder = tmp_path / f"sub-{sub}" / "func"
        folder.mkdir(parents=True)
        for run in ("1", "2"):
            stem = f"sub-{sub}_task-alice_run-{run}"
            image(folder / f"{stem}_space-MNI_desc-preproc_bold.nii.gz", seed=int(sub + run))
            label_image(folder / f"{stem}_space-MNI_desc-brain_mask.nii.gz", np.ones((4, 5, 3)))
            rows = "\n".join(f"{0.1 * k}" for k in range(40))
            (folder / f"{stem}_desc-confounds_timeseries.tsv").write_text(f"rot_z\n{rows}\n")
            (folder / f"{stem}_events.tsv").write_text("onset\tduration\tword\n0\t0.2\tonce\n")
    return tmp_path


def test_people_of_a_derivative_are_found_with_all_that_is_theirs(tmp_path):
    folder = bids(tmp_path)
    people = find_bids_subjects(folder, task="alice")
    assert [p.subject for p in people] == ["01", "02"]
    assert [len(x) for x in (people[0].runs, people[0].confounds, people[0].events)] == [2, 2, 2]
    found = read_bids_bold(people[1])
    assert (found.n_targets, found.runs, found.subject) == (60, (40, 40), "02")
    assert len(find_bids_subjects(folder, task="alice", subjects=["sub-02"])) == 1
    with pytest.raises(ValueError, match="no volume image of the task 'moth'"):
        find_bids_subjects(folder, task="moth")
    (folder / "sub-01" / "func" / "sub-01_task-alice_run-2_events.tsv").unlink()
    with pytest.raises(ValueError, match=r"run-2.* lacks its events"):
        find_bids_subjects(folder, task="alice")


def test_templates_come_into_the_places_of_a_measurement(tmp_path, mask):
    image(tmp_path / "one.nii.gz")
    space = read_bold(tmp_path / "one.nii.gz", mask=mask).space
    labels = np.zeros((4, 5, 3))
    labels[1], labels[2] = 1, 2
    path = label_image(tmp_path / "Yeo-7_x.nii.gz", labels)
    (tmp_path / "names.json").write_text('{"yeo7": {"1": "Visual", "2": "Default"}}')
    found = read_networks(path, space=space, names=tmp_path / "names.json")
    assert found.names == ("Visual", "Default")
    assert found.members.sum(axis=1).tolist() == [9, 9]
    other = label_image(tmp_path / "other.nii.gz", np.ones((5, 5, 3)))
    with pytest.raises(ValueError, match="lie on different grids"):
        read_networks(other, space=space)
    parcels = read_bold(np.random.default_rng(0).normal(size=(30, 3)), tr=2.0).space
    (tmp_path / "parcels.csv").write_text("name,network\na,Visual\nb,none\nc,Default\n")
    assert read_networks(tmp_path / "parcels.csv", space=parcels).members.sum() == 2


def test_the_shared_atlases_fit_their_grids(shared):
    folder = shared("atlases/mni152")
    name = "Yeo-7-liberal_space-MNI152NLin6_res-4x4x4.nii.gz"
    atlas = nib.load(folder / name)
    inside = np.asarray(nib.load(folder / "brainmask_4mm_on_atlas_grid.nii.gz").dataobj) > 0
    from surrobrain.llm_networks.brain_space import BrainSpace

    voxels = np.argwhere(inside)
    affine = np.asarray(atlas.affine, dtype=float)
    space = BrainSpace(
        "volume", len(voxels), voxels @ affine[:3, :3].T + affine[:3, 3], voxels,
        np.array(atlas.shape), affine,
    )  # fmt: skip
    found = read_networks(folder / name, space=space, names=folder / "network_names.json")
    assert found.names[0] == "Visual"
    centers = (found.maps @ space.coordinates) / found.maps.sum(axis=1, keepdims=True)
    assert centers[0, 1] < -60  # the visual network lies in the back


def test_loudness_is_the_root_mean_square_of_each_volume(tmp_path):
    sound = np.concatenate([np.zeros(2000), np.full(2000, 16384)]).astype(np.int16)
    with wave.open(str(tmp_path / "s.wav"), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(1000)
        stream.writeframes(sound.tobytes())
    found = read_loudness(tmp_path / "s.wav", tr=2.0, n_times=3)
    np.testing.assert_allclose(found, [0.0, 0.5, 0.0])
    later = read_loudness(tmp_path / "s.wav", tr=2.0, n_times=3, start=2.0)
    np.testing.assert_allclose(later, [0.5, 0, 0])
    (tmp_path / "no.wav").write_text("text")
    with pytest.raises(ValueError, match="no plain wav file"):
        read_loudness(tmp_path / "no.wav", tr=2.0, n_times=3)
