"""Checks what the command's options name, and gathers the findings into a report."""

import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from golden import litert
from golden.tflite.importer import load_tflite
from pymodel.array.config import ArrayConfig
from pymodel.datapath import preset
from pymodel.network import Network
from tb import runner, simulators
from tb.bulk.host import Simulation
from tb.bulk.plan import Settings
from tb.verify.inputs import DEMO_MODEL, demo_input, load_input, random_inputs
from tb.verify.network import model_sha256, verify_network
from tb.verify.options import Options, command_again
from tb.verify.report import Report
from tb.verify.suite import verify_suite


def verify(options: Options, console: Console) -> Report:
    """Check the network or suite of the options; progress goes to `console`.

    Raises:
        InputError: the simulator, the model, the input or the suite cannot be used.
    """
    started = time.perf_counter()
    versions = simulators.versions(options.sim)
    datapath = replace(preset("int8"), ic_lanes=options.ic_lanes, oc_lanes=options.oc_lanes)
    config = ArrayConfig(datapath)
    seed = runner.default_seed() if options.seed is None else options.seed
    simulation = Simulation(options.sim, Settings(config), jobs=options.jobs, seed=seed)
    model = options.model or DEMO_MODEL
    if options.suite is not None:
        layers, name = verify_suite(options.suite, simulation, console), options.suite
    else:
        network = load_tflite(model)
        inputs = _inputs(options, model, network, seed)
        layers, name = verify_network(model, network, inputs, simulation, console), network.name
        versions["LiteRT"] = litert.version("reference").split()[1]
    return Report(
        network=name,
        model_sha256=None if options.suite is not None else model_sha256(model),
        sim=options.sim,
        seed=seed,
        versions=versions,
        datapath=asdict(datapath),
        layers=layers,
        again=command_again(options),
        run=f"{name}-{options.sim}",
        wall_s=time.perf_counter() - started,
    )


def _inputs(
    options: Options, model: Path, network: Network, seed: int
) -> list[NDArray[np.generic]]:
    """The file's array; a held-out digit for the demo network; else random codes of the seed."""
    if options.input is not None:
        return load_input(options.input, network)
    if options.seed is None and model.resolve() == DEMO_MODEL:
        return demo_input(network)
    return random_inputs(network, seed)
