import pytest

from surrobrain.training.options import Training


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"epochs": -1}, "epochs must be at least 0"),
        ({"rate": 0.0}, "rate must be above 0"),
        ({"held_out": 1.5}, "held_out must be between"),
    ],
)
def test_values_out_of_range_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        Training(**wrong)
