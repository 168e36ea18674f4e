import numpy as np
import pytest

from surrobrain import rsa

NAMES = ["cat", "dog", "car", "zürich"]


@pytest.fixture(params=["set", "movie"])
def rdms(request) -> rsa.RDMs:
    values = np.random.default_rng(0).uniform(size=(3, 6))
    more = {"times": np.array([-0.1, 0.0, 0.1])}
    more = more if request.param == "movie" else {"names": ["P1", "P2", "P3"]}
    return rsa.RDMs(values, NAMES, measure="correlation", **more)


@pytest.mark.parametrize("ending", ["npz", "npy", "mat", "csv"])
def test_what_is_written_is_read(rdms, ending, tmp_path):
    found = rsa.read_rdms(rsa.write_rdms(tmp_path / f"rdms.{ending}", rdms))
    assert np.array_equal(found.values, rdms.values)
    assert (found.conditions, found.names) == (rdms.conditions, rdms.names)
    if rdms.times is not None:
        assert np.array_equal(found.times, rdms.times)
    assert found.measure == ("" if ending == "csv" else "correlation")
    assert isinstance(found.values, np.memmap) == (ending == "npy")


def test_full_matrices_and_files_of_others(rdms, tmp_path):
    from scipy.io import savemat

    savemat(tmp_path / "target.mat", {"rdm": rdms.square(), "note": np.ones((1, 1))})
    found = rsa.read_rdms(tmp_path / "target.mat", conditions=NAMES)
    assert np.array_equal(found.values, rdms.values)
    np.save(tmp_path / "one.npy", rdms.square()[0])
    assert rsa.read_rdms(tmp_path / "one.npy").conditions == ("1", "2", "3", "4")
    text = ",".join(NAMES) + "\n"
    text += "\n".join(",".join(map(str, row)) for row in rdms.square()[0].tolist())
    (tmp_path / "one.csv").write_text(text, encoding="utf-8")
    assert np.allclose(rsa.read_rdms(tmp_path / "one.csv").values[0], rdms.values[0])


def test_bad_files_are_refused_by_name(rdms, tmp_path):
    matrix = rdms.square()[0]
    matrix[0, 1] += 1
    np.save(tmp_path / "lopsided.npy", matrix)
    with pytest.raises(ValueError, match=r"lopsided.npy: RDM rdm_1 is not symmetric"):
        rsa.read_rdms(tmp_path / "lopsided.npy")
    np.save(tmp_path / "short.npy", np.ones((2, 7)))
    with pytest.raises(ValueError, match=r"short.npy: .* but 7 numbers arrived"):
        rsa.read_rdms(tmp_path / "short.npy")
    np.savez(tmp_path / "two.npz", a=np.ones((3, 3)), b=np.ones((3, 3)))
    with pytest.raises(ValueError, match=r"two.npz: 2 arrays could be RDMs \(a \(3, 3\)"):
        rsa.read_rdms(tmp_path / "two.npz")
    holes = rdms.values.copy()
    holes[0, 0] = np.nan
    np.save(tmp_path / "holes.npy", holes)
    with pytest.raises(ValueError, match=r"holes.npy: .*holds nan for the pair \(1, 2\)"):
        rsa.read_rdms(tmp_path / "holes.npy")
    with pytest.raises(ValueError, match=r"no ending of a file with RDMs '\.txt'"):
        rsa.write_rdms(tmp_path / "rdms.txt", rdms)
    np.save(tmp_path / "rdm.npy", rdms.values)
    with pytest.raises(ValueError, match=r"rdm.npy: 2 conditions have 1 pairs, but .* holds 6"):
        rsa.read_rdms(tmp_path / "rdm.npy", conditions=["a", "b"])
    (tmp_path / "odd.csv").write_text("first,second,IT\ncat,dog,1\ndog,car,2\n")
    with pytest.raises(ValueError, match=r"odd.csv: its pairs are not those of all conditions"):
        rsa.read_rdms(tmp_path / "odd.csv")


def test_three_rdms_of_three_conditions_are_no_matrix(tmp_path):
    rdms = rsa.RDMs(np.arange(1.0, 10).reshape(3, 3), ["a", "b", "c"])
    for ending in ("npz", "npy", "mat", "csv"):
        found = rsa.read_rdms(rsa.write_rdms(tmp_path / f"rdms.{ending}", rdms))
        assert np.array_equal(found.values, rdms.values)
