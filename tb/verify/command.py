"""Checks what the command's options name, and gathers the findings into a report."""

import time
from dataclasses import asdict, dataclass

from rich.console import Console

from golden import litert
from golden.tflite.importer import load_tflite
from pymodel.network.fold import fold_dilation
from tb import runner, simulators
from tb.bulk.host import Simulation
from tb.bulk.plan import Settings
from tb.verify.chain import verify_chain
from tb.verify.dut_options import dut_of, run_name
from tb.verify.inputs import DEMO_MODEL, demo_runs, load_runs, random_runs
from tb.verify.network import verify_network
from tb.verify.options import Options, command_again
from tb.verify.report import LayerReport, Report
from tb.verify.subject import Subject, model_sha256
from tb.verify.suite import verify_suite


def verify(options: Options, console: Console) -> Report:
    """Check the network or suite of the options; progress goes to `console`.

    Raises:
        InputError: the simulator, the DUT, the model, the input or the suite cannot be used.
    """
    started = time.perf_counter()
    versions = simulators.versions(options.sim)
    dut, config = dut_of(options)
    seed = runner.default_seed() if options.seed is None else options.seed
    simulation = Simulation(options.sim, Settings(config, dut), jobs=options.jobs, seed=seed)
    if options.suite is not None:
        found = _Found(options.suite, verify_suite(options.suite, simulation, console))
    else:
        verify_model = _verify_chain if options.chain else _verify_layers
        found = verify_model(_subject(options, seed), simulation, console)
        versions["LiteRT"] = litert.version("reference").split()[1]
    return Report(
        network=found.name,
        model_sha256=found.sha256,
        sim=options.sim,
        seed=seed,
        versions=versions,
        datapath=asdict(config.datapath),
        dut=dut,
        numerics=options.numerics,
        layers=found.layers,
        final=found.final,
        runs=found.runs,
        again=command_again(options),
        run=run_name(found.name, options.sim, dut) + ("-chain" if options.chain else ""),
        wall_s=time.perf_counter() - started,
    )


@dataclass(frozen=True)
class _Found:
    """What was checked, and the rows that came of it."""

    name: str
    layers: list[LayerReport]
    sha256: str | None = None
    runs: int = 1
    final: LayerReport | None = None


def _verify_layers(subject: Subject, simulation: Simulation, console: Console) -> _Found:
    layers = verify_network(subject, simulation, console)
    return _Found(subject.network.name, layers, model_sha256(subject.model), len(subject.runs))


def _verify_chain(subject: Subject, simulation: Simulation, console: Console) -> _Found:
    layers, final = verify_chain(subject, simulation, console)
    sha256 = model_sha256(subject.model)
    return _Found(subject.network.name, layers, sha256, len(subject.runs), final)


def _subject(options: Options, seed: int) -> Subject:
    """The model with its runs: the file's, held-out digits for the demo network, else random."""
    model = options.model or DEMO_MODEL
    network = load_tflite(model)
    network = network if options.no_fold else fold_dilation(network)
    if options.input is not None:
        runs = load_runs(options.input, network, options.runs)
    elif options.seed is None and model.resolve() == DEMO_MODEL:
        runs = demo_runs(options.runs or 1)
    else:
        runs = random_runs(network, seed, options.runs or 1)
    return Subject(model, network, runs, options.numerics)
