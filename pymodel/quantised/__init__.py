"""A float network in a datapath's number format: its tensors' codecs, its layers' numbers."""

from pymodel.quantised.network import KEEPING, QuantisedNetwork, quantise
from pymodel.quantised.noise import Noise, noise
from pymodel.quantised.ranges import Ranges, ranges_of
from pymodel.quantised.run import encode_inputs, evaluate, post_of, rule_of, run
from pymodel.quantised.scheme import Scheme

__all__ = [
    "KEEPING",
    "Noise",
    "QuantisedNetwork",
    "Ranges",
    "Scheme",
    "encode_inputs",
    "evaluate",
    "noise",
    "post_of",
    "quantise",
    "ranges_of",
    "rule_of",
    "run",
]
