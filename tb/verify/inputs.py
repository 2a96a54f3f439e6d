"""The network's input: a file, a held-out digit for the demo network, or seeded random codes."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pymodel.errors import InputError
from pymodel.network import Network, Tensor
from tb.paths import PROJECT_ROOT

DEMO_MODEL = PROJECT_ROOT / "golden" / "demo" / "digits.tflite"
DEMO_INPUTS = DEMO_MODEL.with_name("digits_input.npy")


def read_npy(path: Path) -> NDArray[np.generic]:
    """The array in a .npy file. Raises InputError when it is missing, truncated or no .npy file."""
    try:
        with path.open("rb") as file:
            array = np.lib.format.read_array(file, allow_pickle=False)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give an existing .npy file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, EOFError) as error:
        raise InputError(f"{path}: is not a complete .npy file of numbers ({error})") from error
    return np.asarray(array)


def check_input(array: NDArray[np.generic], tensor: Tensor, source: str) -> None:
    """Raise InputError unless `array` is what the network's input `tensor` takes."""
    if array.dtype.name != tensor.dtype or array.shape != tensor.shape:
        raise InputError(
            f"{source}: the network's input {tensor.name} takes {tensor.dtype} of shape "
            f"{tensor.shape}, found {array.dtype} of shape {array.shape}"
        )


def load_input(path: Path, network: Network) -> list[NDArray[np.generic]]:
    """The file's array as the one input of `network`.

    Raises InputError for a wrong file, shape or dtype, and for a network with several inputs.
    """
    if len(network.inputs) != 1:
        raise InputError(
            f"{path}: network {network.name} has {len(network.inputs)} inputs, one .npy file "
            "gives 1; use a seed"
        )
    array = read_npy(path)
    check_input(array, network.tensors[network.inputs[0]], str(path))
    return [array]


def demo_input(network: Network) -> list[NDArray[np.generic]]:
    """The first of the demo network's held-out digits."""
    array = read_npy(DEMO_INPUTS)[:1]
    check_input(array, network.tensors[network.inputs[0]], DEMO_INPUTS.name)
    return [array]


def random_inputs(network: Network, seed: int) -> list[NDArray[np.generic]]:
    """Codes drawn evenly from each input's whole range."""
    rng = np.random.default_rng(seed)
    arrays = []
    for tensor in (network.tensors[index] for index in network.inputs):
        dtype = np.dtype(tensor.dtype)
        if dtype.kind not in "iu":
            raise InputError(
                f"network {network.name}: input {tensor.name} is {tensor.dtype}; random inputs "
                "need integers, give a file"
            )
        limits = np.iinfo(dtype)
        arrays.append(
            rng.integers(limits.min, limits.max, size=tensor.shape, dtype=dtype, endpoint=True)
        )
    return arrays
