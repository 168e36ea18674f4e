"""The walls that the other tests stand behind: do they hold?"""

import socket
import warnings

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 443)])
def test_no_connection_leaves_this_machine(address):
    with (
        socket.socket() as client,
        pytest.raises(AssertionError, match="nothing may leave the machine"),
    ):
        client.connect(address)


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
        assert client.getpeername() == server.getsockname()


def test_warnings_are_errors():
    with pytest.raises(UserWarning, match="careful"):
        warnings.warn("careful", stacklevel=1)


def test_types_and_shapes_are_checked():
    import numpy as np

    from surrobrain.data.problems import find_problems

    with pytest.raises(TypeError, match=r"find_problems"):
        find_problems(np.zeros((2, 2, 2)), ["a", "b"])


def test_doctests_run(request):
    assert request.config.getoption("doctestmodules")
    assert "src" in request.config.getini("testpaths")
