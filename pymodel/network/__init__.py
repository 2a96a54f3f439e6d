"""A network as pymodel holds it, and the folder in which it is kept."""

from pymodel.network.batch import with_batch
from pymodel.network.fold import fold_dilation
from pymodel.network.graph import ABSENT, Attribute, Layer, Network, Tensor
from pymodel.network.storage import load, save

__all__ = [
    "ABSENT",
    "Attribute",
    "Layer",
    "Network",
    "Tensor",
    "fold_dilation",
    "load",
    "save",
    "with_batch",
]
