"""Real RDMs of brains and judgments, and what is known about them."""

import csv

import numpy as np
import pytest

from surrobrain import rsa

CEILINGS = {
    "kriegeskorte92/behaviour_16subj": [
        (0.4770, 0.5767), (0.3344, 0.4139), (0.5718, 0.6346), (0.9528, 0.9586)],
    "kriegeskorte92/hIT_4subj_2sess": [
        (0.3723, 0.6657), (0.2539, 0.4767), (0.3944, 0.6804), (0.9881, 0.9933)],
    "algonauts92_fmri/EVC_15subj": [
        (0.2419, 0.3917), (0.1635, 0.2679), (0.2488, 0.3998), (0.9640, 0.9687)],
    "algonauts92_fmri/IT_15subj": [
        (0.4525, 0.5422), (0.3162, 0.3839), (0.4593, 0.5492), (0.9715, 0.9752)],
    "algonauts78_fmri/EVC_15subj": [
        (0.0180, 0.2609), (0.0119, 0.1757), (0.0178, 0.2662), (0.9484, 0.9551)],
    "algonauts78_fmri/IT_15subj": [
        (0.0064, 0.2561), (0.0042, 0.1721), (0.0081, 0.2618), (0.9861, 0.9879)],
}  # fmt: skip
METHODS = ("spearman", "kendall", "pearson", "cosine")
MODELS = {  # Spearman, tau-a, Pearson: with fMRI of IT, of early visual cortex, with judgments
    "animacy": [(0.2546, 0.1470, 0.2478), (0.0197, 0.0114, 0.0207), (0.3776, 0.2181, 0.3777)],
    "FaceBodyManmadeNatobj": [
        (0.2242, 0.1110, 0.2180), (0.0188, 0.0093, 0.0192), (0.3656, 0.1810, 0.3765)],
    "monkeyIT": [(0.2723, 0.1855, 0.2975), (0.0799, 0.0533, 0.0949), (0.2714, 0.1820, 0.3239)],
    "Silhouette": [(0.1351, 0.0912, 0.1598), (0.2138, 0.1445, 0.2157), (0.1000, 0.0670, 0.1182)],
}  # fmt: skip


@pytest.fixture(scope="module")
def stored(shared):
    def read(name: str, **more) -> rsa.RDMs:
        values = np.load(shared("rdm") / f"{name}.npy")
        values = values.mean(axis=1) if values.ndim == 3 else values
        n = 92 if "92" in name else 78
        return rsa.RDMs(values, [f"image {k}" for k in range(n)], **more)

    return read


@pytest.mark.parametrize("name", CEILINGS)
@pytest.mark.parametrize("k", range(4), ids=METHODS)
def test_noise_ceilings(stored, name, k):
    ceiling = rsa.noise_ceiling(stored(name), method=METHODS[k])
    assert (ceiling.lower, ceiling.upper) == pytest.approx(CEILINGS[name][k], abs=6e-5)
    unreliable = "78" in name
    assert ceiling.in_words().startswith("No reliable signal") == unreliable


@pytest.mark.parametrize("k", range(3), ids=METHODS[:3])
def test_scores_of_models(stored, shared, k):
    names = (shared("rdm") / "kriegeskorte92/models_8.txt").read_text().split()
    models = stored("kriegeskorte92/models_8", names=names)
    persons = ("algonauts92_fmri/IT_15subj", "algonauts92_fmri/EVC_15subj",
               "kriegeskorte92/behaviour_16subj")  # fmt: skip
    for which, person in enumerate(persons):
        scores = rsa.evaluate(models, stored(person), method=METHODS[k])
        mean = dict(zip(scores.models, scores.mean, strict=True))
        for name, expected in MODELS.items():
            assert mean[name] == pytest.approx(expected[which][k], abs=6e-5), (name, person)


def test_groups(stored):
    both = stored("kriegeskorte92/mIT_hIT_group")
    human = both.at([1])
    assert rsa.compare(both.at([0]), human)[0, 0] == pytest.approx(0.4389, abs=6e-5)
    for region, expected in (("IT", 0.5569), ("EVC", 0.1319)):
        mean = stored(f"algonauts92_fmri/{region}_15subj").mean()
        assert rsa.compare(mean, human)[0, 0] == pytest.approx(expected, abs=6e-5)


def test_an_embedding_of_judgments(shared):
    folder = shared("things")
    with open(folder / "objects48.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = [row["object"] for row in rows]
    human = rsa.RDMs.from_square(np.load(folder / "rdm48_triplet.npy"), names)
    embedding = np.load(folder / "spose66_rescaled.npy")[[int(row["index1854"]) for row in rows]]
    embedding = embedding.astype(np.float64)
    scores = {
        (distance, method): rsa.compare(
            rsa.rdm(scale * embedding, method=distance, conditions=names), human, method=method
        )[0, 0]
        for distance, scale in (("correlation", 1.0), ("cosine", 1.0), ("triplet", 0.0275))
        for method in ("spearman", "pearson")
    }
    assert scores["correlation", "spearman"] == pytest.approx(0.8648, abs=6e-5)
    assert scores["correlation", "pearson"] == pytest.approx(0.8660, abs=6e-5)
    assert scores["cosine", "spearman"] == pytest.approx(0.8650, abs=6e-5)
    assert scores["triplet", "spearman"] == pytest.approx(0.8980, abs=6e-5)
    assert scores["triplet", "pearson"] == pytest.approx(0.9060, abs=6e-5)
    model = rsa.rdm(0.0275 * embedding, method="triplet", conditions=names)
    assert np.abs(model.values - human.values).mean() == pytest.approx(0.060, abs=6e-4)
