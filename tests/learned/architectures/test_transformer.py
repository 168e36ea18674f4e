import pytest
import torch

import surrobrain as sb
from surrobrain.learned.architectures import Transformer
from surrobrain.training.options import Training
from tests.learned.architectures.systems import remembering


def drawn(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0)).double()


def test_attention_is_that_of_torch():
    model = Transformer(3, width=8, heads=2).double()
    layer, seen = model.layers[0], drawn(4, 6, 8)
    key, value = layer.offered(seen).chunk(2, dim=-1)
    split = (p.unflatten(-1, (2, 4)).transpose(1, 2) for p in (layer.asked(seen), key, value))
    attended = torch.nn.functional.scaled_dot_product_attention(*split, is_causal=True)
    expected = attended.transpose(1, 2).flatten(2)
    torch.testing.assert_close(layer._attended(seen, 6), expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(layer._attended(seen, 1), expected[:, -1:], rtol=0, atol=1e-12)


def test_no_sample_sees_a_later_one():
    layer, tokens = Transformer(3, width=8).double().layers[0], drawn(1, 5, 64)[..., :8]
    changed = tokens.clone()
    changed[:, 3:] += 1
    before, after = layer(tokens, n_last=5), layer(changed, n_last=5)
    torch.testing.assert_close(before[:, :3], after[:, :3], rtol=0, atol=1e-12)
    assert (before[:, 3:] - after[:, 3:]).abs().min() > 0


def test_it_finds_what_lies_beyond_the_linear_map():
    model = Transformer(2, memory=8, width=16, depth=1, heads=2, lags=2)
    training = Training(epochs=20, rate=5e-3)
    history = sb.fit(model, remembering(1200, lag=6), training=training).history
    assert history.validation[0] > 0.9  # of the variance
    assert history.one_step < 0.2  # the noise alone is 0.08


def test_width_must_be_shared_among_heads():
    with pytest.raises(ValueError, match="10 and 4 arrived; use width=8"):
        Transformer(3, width=10)
