import json

import numpy as np
import pytest

from surrobrain.cli.main import main
from surrobrain.llm_networks.result_files import read_encoding, read_links
from tests.llm_networks.brains import GRID, driven_bold, some_patterns

pytestmark = pytest.mark.filterwarnings("ignore:the best penalty")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with patterns, BOLD and templates as files."""
    import nibabel as nib

    top = tmp_path_factory.mktemp("networks")
    patterns = some_patterns(160)
    patterns.save(top / "patterns")
    values = driven_bold(patterns).values.T.reshape(*GRID, -1).astype(np.float32)
    affine = np.diag([4.0, 4, 4, 1])
    bold = nib.Nifti1Image(values, affine)
    bold.header.set_zooms((4, 4, 4, 2.0))
    bold.header.set_xyzt_units("mm", "sec")
    nib.save(bold, top / "bold.nii.gz")
    mask = np.ones(GRID, dtype=np.float32)
    nib.save(nib.Nifti1Image(mask, affine), top / "mask.nii.gz")
    x, y, _ = np.indices(GRID)
    quarters = (1 + (x >= 4) + 2 * (y >= 4)).astype(np.float32)
    nib.save(nib.Nifti1Image(quarters, affine), top / "quarters.nii.gz")
    (top / "names.json").write_text('{"1": "a", "2": "b", "3": "c", "4": "d"}')
    return top


def run(*words):
    return main([str(word) for word in ("networks", *words)])


def test_files_become_an_encoding_links_and_a_page(folder, capsys):
    code = run(
        "encode", folder / "patterns", folder / "bold.nii.gz", "--mask", folder / "mask.nii.gz",
        "--out", folder / "encoded", "--permutations", 99, "--json",
    )  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["places"] == 384
    assert told["share_better"] > 0.5
    assert told["sound_controlled"] is False
    assert read_encoding(folder / "encoded").recipe.n_permutations == 99
    code = run(
        "match", folder / "encoded", folder / "quarters.nii.gz", "--names", folder / "names.json",
        "--out", folder / "links", "--n-null", 199,
    )  # fmt: skip
    assert code == 0
    assert "patterns follow a network" in capsys.readouterr().out
    assert {(k, k) for k in range(4)} <= set(read_links(folder / "links").matched)
    page = folder / "page.html"
    assert run("report", folder / "encoded", folder / "links", "--out", page) == 0
    text = page.read_text(encoding="utf-8")
    for words in ("Encoding of the brain", "Matches, tested by correlation", "No loudness stood",
                  "Organization", "Layers of the neuron groups"):  # fmt: skip
        assert words in text
    assert text.count("data:image/png") >= 5


def test_what_does_not_fit_ends_in_3_and_leaves_nothing(folder, capsys, tmp_path):
    import nibabel as nib

    small = tmp_path / "small.nii.gz"
    nib.save(nib.Nifti1Image(np.ones((8, 8, 5), dtype=np.float32), np.eye(4)), small)
    out = tmp_path / "out"
    given = ("encode", folder / "patterns", folder / "bold.nii.gz", "--out", out)
    assert run(*given, "--mask", small) == 3
    assert "different grids" in capsys.readouterr().err
    mask = ("--mask", folder / "mask.nii.gz")
    assert run(*given, *mask, "--maps", "t") == 3
    assert "one regressor per pattern" in capsys.readouterr().err
    assert run(*given, *mask, "--tr", 1.5) == 3
    assert "capture the responses again" in capsys.readouterr().err
    assert not out.exists()
    assert run("report", folder / "patterns", "--out", tmp_path / "p.html") == 3
    assert "a report takes what encode and match have made" in capsys.readouterr().err
    assert not (tmp_path / "p.html").exists()


@pytest.mark.slow
def test_the_demo_finds_what_was_planted(tmp_path, capsys):
    assert run("demo", "--out", tmp_path / "demo", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert sum(network["found"] for network in told["networks"]) >= 2
    assert np.mean([network["auc"] for network in told["networks"]]) > 0.85
    assert told["seconds"] < 90
    assert "Planted truth" in (tmp_path / "demo" / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_without_the_encoder_a_tiny_model_reads(tmp_path, monkeypatch, capsys):
    from surrobrain.errors import MissingDependency
    from surrobrain.study import networks_demo

    def absent():
        raise MissingDependency("no encoder here")

    monkeypatch.setattr(networks_demo, "load_encoder", absent)
    assert run("demo", "--out", tmp_path / "demo", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "a tiny random model"
    page = (tmp_path / "demo" / "report.html").read_text(encoding="utf-8")
    assert "its neurons mean nothing" in page
