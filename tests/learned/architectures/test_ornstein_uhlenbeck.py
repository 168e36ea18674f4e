import pytest

from surrobrain.learned.architectures import OrnsteinUhlenbeck


def test_a_longer_memory_is_refused():
    with pytest.raises(ValueError, match="memory 1, its sample being its state, but 2 arrived"):
        OrnsteinUhlenbeck(3, memory=2)
