"""A network of batch 1 for several inputs at a time."""

from dataclasses import replace

from pymodel.errors import InputError
from pymodel.network.graph import Network, Tensor


def with_batch(network: Network, batch: int) -> Network:
    """The network with `batch` in place of its activations' first dimension, which must be 1.

    The layers stay: those that keep images apart, as nearly all do, compute on each what they
    computed on one.

    Raises:
        InputError: an activation whose first dimension is not 1, or a batch below 1.
    """
    if batch < 1:
        raise InputError(f"network {network.name}: batch must be at least 1, found {batch}")
    made = {index for layer in network.layers for index in layer.outputs} | set(network.inputs)

    def batched(tensor: Tensor) -> Tensor:
        if tensor.index not in made:
            return tensor
        if tensor.shape[:1] != (1,):
            raise InputError(
                f"tensor {tensor.name}: its first dimension must be a batch of 1, "
                f"found shape {tensor.shape}"
            )
        return replace(tensor, shape=(batch, *tensor.shape[1:]))

    return replace(network, tensors=tuple(batched(tensor) for tensor in network.tensors))
