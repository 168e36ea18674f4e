import numpy as np
import pytest

from surrobrain.statistics.ledoit_wolf import ledoit_wolf


@pytest.mark.parametrize("shape", [(8, 20), (50, 5), (300, 12)])
def test_scikit_learn_agrees(shape):
    from sklearn.covariance import ledoit_wolf as theirs

    samples = np.random.default_rng(0).normal(size=shape) * np.linspace(1, 3, shape[1])
    samples -= samples.mean(axis=0)
    assert np.allclose(ledoit_wolf(samples), theirs(samples, assume_centered=True)[0])


def test_zeros_have_no_covariance():
    with pytest.raises(ValueError, match="5 samples of zeros"):
        ledoit_wolf(np.zeros((5, 3)))
