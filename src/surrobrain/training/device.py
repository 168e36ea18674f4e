"""Where a training runs."""

from surrobrain.training.options import Training

__all__ = ["device_of"]


def device_of(options: Training) -> str:
    """Return the device, once it is known to be there.

    Raises
    ------
    ValueError
        Torch knows no such device, or finds none on this machine.
    """
    import torch

    try:
        torch.zeros(1, device=options.device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"device={options.device!r} cannot be used here ({reason}); use device='cpu', or "
            "install torch for your graphics card"
        ) from None
    return options.device
