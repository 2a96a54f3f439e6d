"""Finds SPACE_TO_BATCH_ND, a convolution, BATCH_TO_SPACE_ND that nobody else looks into."""

from collections import Counter
from dataclasses import dataclass

from pymodel.network.graph import ABSENT, Layer, Network

CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")


@dataclass(frozen=True)
class DilatedChain:
    """A triple. One in one dimension, on (batch, width, channels), has `raising` to height 1 in
    front of its convolution and `lowering` back behind it; others have neither."""

    to_batch: Layer
    raising: Layer | None
    conv: Layer
    lowering: Layer | None
    to_space: Layer

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All of them, in order of execution."""
        every = (self.to_batch, self.raising, self.conv, self.lowering, self.to_space)
        return tuple(layer for layer in every if layer is not None)


class ChainFinder:
    """Who makes and who reads each tensor of a network."""

    def __init__(self, network: Network) -> None:
        makers = [(index, layer) for layer in network.layers for index in layer.outputs]
        self._makers = Counter(index for index, _ in makers)
        self._makers.update(network.inputs)
        self._maker = dict(makers)
        self._readers = Counter(index for layer in network.layers for index in layer.inputs)
        self._readers.update(network.outputs)

    def ending_in(self, to_space: Layer) -> DilatedChain | None:
        """The chain whose last layer is `to_space`.

        None if there is none, or one of its tensors is made twice, or one inside is read by others.
        """
        if to_space.op != "BATCH_TO_SPACE_ND" or len(to_space.outputs) != 1:
            return None
        lowering = self._before(to_space, ("RESHAPE",))
        conv = self._before(lowering or to_space, CONVOLUTIONS)
        raising = conv and self._before(conv, ("EXPAND_DIMS", "RESHAPE"))
        to_batch = conv and self._before(raising or conv, ("SPACE_TO_BATCH_ND",))
        if conv is None or to_batch is None or (raising is None) != (lowering is None):
            return None
        chain = DilatedChain(to_batch, raising, conv, lowering, to_space)
        if not to_batch.inputs or to_batch.inputs[0] == ABSENT:
            return None
        tensors = {index for layer in chain.layers for index in (*layer.inputs, *layer.outputs)}
        return None if any(self._makers[index] > 1 for index in tensors) else chain

    def _before(self, layer: Layer, ops: tuple[str, ...]) -> Layer | None:
        """The layer, of one of `ops`, that makes the first input of `layer` and for it alone."""
        maker = self._maker.get(layer.inputs[0]) if layer.inputs else None
        if maker is None or maker.op not in ops or len(maker.outputs) != 1:
            return None
        return maker if self._readers[layer.inputs[0]] == 1 else None
