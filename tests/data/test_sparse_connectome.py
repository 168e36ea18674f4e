"""Sparse wiring: refusals, the same run as the dense matrix, and fields on a real cortex."""

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.errors import BadRecording

DENSE = np.array([[0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.5, 0.0, 0.0, 3.0], [0.0] * 4])
NAMES = ("A", "B", "C", "D")


def both() -> tuple[sb.Connectome, sb.SparseConnectome]:
    lengths = np.where(DENSE > 0, 20.0 + 5 * DENSE, 0.0)
    targets, sources = np.nonzero(DENSE)
    shuffled = [3, 1, 0, 2]
    sparse = sb.SparseConnectome(
        targets[shuffled], sources[shuffled], DENSE[targets, sources][shuffled], NAMES,
        lengths[targets, sources][shuffled],
    )  # fmt: skip
    return sb.Connectome(DENSE, lengths, NAMES), sparse


@pytest.mark.parametrize("speed", [None, 2.0])
@pytest.mark.parametrize("stepper", ["euler", "heun"])
def test_runs_as_the_dense_matrix_does(speed: float | None, stepper: str) -> None:
    runs = [
        sb.Network(
            sb.StuartLandau(), wired, coupling=0.3, noise=0.1, speed=speed, stepper=stepper,
            dt=1e-3, settle=0.0,
        ).run(30, seed=1).values
        for wired in both()
    ]  # fmt: skip
    np.testing.assert_allclose(runs[1], runs[0], rtol=1e-12)


def test_a_sweep_over_sparse_wiring_equals_single_runs() -> None:
    from surrobrain.mechanistic.sweep import sweep

    model = sb.Network(sb.Linear(), both()[1], coupling=0.3, observer=sb.observers.Identity(10.0))
    swept = sweep(model, {"coupling": np.array([0.1, 0.3])}, duration=1.0)
    np.testing.assert_allclose(swept.values[1], model.run(10).values, atol=1e-14)


def test_lesions_normalization_and_saving() -> None:
    dense, sparse = both()
    cut = sparse.disconnected(regions=["C"], edges=[("B", "A")])
    assert len(cut.weights) == 0
    np.testing.assert_allclose(sparse.row_sums, dense.row_sums)
    assert sparse.normalized("row_sum").row_sums.tolist() == [1.0, 1.0, 1.0, 0.0]
    model = sb.Network(sb.Linear(), sparse, noise=0.2, speed=3.0)
    config, arrays = model.to_parts()
    again = sb.Network.from_parts(config, arrays)
    np.testing.assert_array_equal(again.run(5).values, model.run(5).values)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"targets": [0, 9]}, ValueError, "targets must be between 0 and 2, but 0 to 9"),
        ({"weights": [1.0]}, ValueError, "one entry per connection"),
        ({"weights": [1.0, np.nan]}, BadRecording, "weights"),
        ({"lengths": [1.0, -2.0]}, BadRecording, "cannot be negative, but -2 mm"),
        ({"targets": [1, 1], "sources": [0, 0]}, ValueError, "from A to B is there twice"),
        ({"names": ["A", "A", "B"]}, ValueError, "give different ones"),
    ],
)
def test_bad_wiring_is_named(changes: dict, error: type, message: str) -> None:
    good = {"targets": [0, 1], "sources": [1, 2], "weights": [1.0, 2.0], "names": ["A", "B", "C"]}
    arrays = {k: np.array(v) if k != "names" else v for k, v in {**good, **changes}.items()}
    with pytest.raises(error, match=message):
        sb.SparseConnectome(**arrays)


def grid(n: int) -> tuple[np.ndarray, np.ndarray]:
    """A flat square of n x n vertices, 1 mm apart."""
    x, y = np.meshgrid(np.arange(n), np.arange(n))
    vertices = np.column_stack([x.ravel(), y.ravel(), np.zeros(n * n)]).astype(float)
    corner = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    lower = np.column_stack([corner, corner + 1, corner + n])
    upper = np.column_stack([corner + 1, corner + n + 1, corner + n])
    return vertices, np.concatenate([lower, upper])


def test_a_flat_sheet_has_the_kernel_it_was_given() -> None:
    sheet = sb.cortical_sheet(*grid(9), width=1.5, reach=3.0, kernel="mexican_hat")
    targets, sources, weights, lengths = sheet.edges()
    pick = (targets == 40) & np.isin(sources, [41, 43])  # 1 and 3 mm to the right of the middle
    np.testing.assert_allclose(lengths[pick], [1.0, 3.0])
    d = np.array([1.0, 3.0]) / 1.5
    # every vertex inside stands for 1 mm^2
    np.testing.assert_allclose(weights[pick], (1 - d**2 / 2) * np.exp(-(d**2) / 2))
    with pytest.raises(ValueError, match=r"no vertex has a neighbor within 0\.1 mm"):
        sb.cortical_sheet(*grid(3), width=1.0, reach=0.1)


def test_activity_travels_over_a_real_cortex_at_the_speed_of_its_fibers(shared) -> None:
    """A push at one vertex is felt after the distance over the speed, and nowhere before."""
    folder = shared("connectomes/enigma/surfaces")
    vertices = np.load(folder / "fsaverage5_lh_vertices_mm.npy").astype(float)
    faces = np.load(folder / "fsaverage5_lh_faces.npy").astype(int)
    sheet = sb.cortical_sheet(vertices, faces, width=4.0, reach=8.0).normalized("row_sum")
    assert sheet.n_regions == 10242
    model = sb.Network(
        sb.Linear(tau=0.005), sheet, coupling=0.9, observer=sb.observers.Identity(1000.0),
        speed=0.2, dt=1e-3, settle=0.0,
    )  # fmt: skip
    push = np.zeros((60, sheet.n_regions))
    push[:, 5000] = 1.0
    felt = model.run(60, inputs=push).values
    targets, sources, _, lengths = sheet.edges()
    heard = targets[sources == 5000]
    delay = np.rint(lengths[sources == 5000] / 0.2).astype(int)
    first = np.argmax(felt[:, heard] > 0, axis=0)
    assert (first >= np.minimum(delay, 59)).all()
    direct = delay == delay.min()
    assert (first[direct] == delay[direct] + 1).all()
    far = np.linalg.norm(vertices - vertices[5000], axis=1) > 20.0
    assert (felt[:, far] == 0).all()
    assert felt[-1, heard].mean() > 1e-4
