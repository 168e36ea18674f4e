import json

import pytest

from surrobrain.brainbench import read_corpus
from surrobrain.cli.main import main
from tests.brainbench.ncbi import Ncbi, serve

COMMAND = ["brainbench", "corpus", "--start", "2020-01-01", "--end", "2020-01-31",
           "--query", "theta"]  # fmt: skip


@pytest.fixture
def address(shared, monkeypatch):
    monkeypatch.setenv("NCBI_API_KEY", "k")
    with serve(Ncbi(shared("corpus") / "jats_samples")) as server:
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_harvest_is_summed_up(address, tmp_path, capsys):
    (tmp_path / "dois.txt").write_text("10.5/110\n")
    places = ["--eutilities", f"{address}/eutils", "--bucket", f"{address}/bucket"]
    command = [*COMMAND, "--email", "me@lab.org", *places, "--out", str(tmp_path / "corpus"),
               "--exclude", str(tmp_path / "dois.txt")]  # fmt: skip
    assert main([*command, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["n_documents"], said["kinds"]) == (23, {"abstract": 20, "article": 3})
    assert main(command) == 0
    assert "left out: DOI of a test case  1" in capsys.readouterr().out


def test_downloaded_files_need_no_network(shared, tmp_path, capsys):
    files = str(shared("corpus") / "jats_samples")
    command = ["brainbench", "corpus", "--files", files, "--out", str(tmp_path / "c")]
    assert main(command) == 0
    assert "no test cases were excluded" in capsys.readouterr().out
    assert len(list(read_corpus(tmp_path / "c"))) == 6
    assert main([*command, "--licence", "CC-BY-2.0"]) == 0
    assert len(list(read_corpus(tmp_path / "c"))) == 2


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ([], 2, "needs --email"),
        (["--email", "nobody"], 3, "NCBI asks for an e-mail address"),
        (["--files", "x"], 2, "--start has no effect"),
        (["--email", "me@lab.org", "--exclude", "none.csv"], 3, "there is no file 'none.csv'"),
    ],
)
def test_what_is_typed_wrongly_says_so(tmp_path, capsys, monkeypatch, given, code, said):
    monkeypatch.delenv("NCBI_EMAIL", raising=False)
    assert main([*COMMAND, *given, "--out", str(tmp_path)]) == code
    assert said in capsys.readouterr().err
