"""Checks what the command's options name, and gathers the findings into a report."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console

from golden import litert
from golden.demo.calibration import demo_scheme
from golden.demo.held_out import FLOAT_MODEL
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.network import Network
from pymodel.network.fold import fold_dilation
from pymodel.quantised import QuantisedNetwork, Ranges, Scheme, ranges_of
from tb import runner, simulators
from tb.bulk.host import Simulation
from tb.bulk.plan import Settings
from tb.verify.amplifier import SUFFIX, Amplifier
from tb.verify.chain import verify_chain
from tb.verify.datapath_options import datapath_named
from tb.verify.dut_options import dut_of, run_name
from tb.verify.float_chain import verify_float_chain
from tb.verify.float_network import FloatSubject, verify_float
from tb.verify.inputs import (
    DEMO_MODEL,
    NO_RANGES,
    demo_runs,
    float_demo_runs,
    load_runs,
    random_runs,
)
from tb.verify.models import (
    NEEDS_DATAPATH,
    is_float,
    load_model,
    load_quantised,
    model_sha256,
    require_matching,
)
from tb.verify.network import verify_network
from tb.verify.options import Options, command_again
from tb.verify.report import Audio, LayerReport, Report
from tb.verify.subject import Inputs, Subject
from tb.verify.suite import verify_suite


def verify(options: Options, console: Console) -> Report:
    """Check the network or suite of the options; progress goes to `console`.

    Raises:
        InputError: the simulator, the DUT, the model, the input or the suite cannot be used.
    """
    started = time.perf_counter()
    versions = simulators.versions(options.sim)
    saved = None if options.model is None else load_quantised(options.model)
    datapath = _datapath(options, saved)
    dut, config = dut_of(options, datapath)
    seed = runner.default_seed() if options.seed is None else options.seed
    simulation = Simulation(options.sim, Settings(config, dut), jobs=options.jobs, seed=seed)
    if options.suite is not None:
        rows = verify_suite(options.suite, simulation, console, datapath)
        found = _Found(options.suite, rows)
    elif options.model is not None and options.model.suffix == SUFFIX:
        found = _verify_amplifier(options, options.model, datapath, simulation, console)
    else:
        model, network = _model(options, datapath, saved)
        if is_float(network):
            scheme = None if saved is None else saved.scheme
            found = _verify_float(options, model, network, scheme, simulation, console)
        else:
            runs = _runs(options, model, network, seed)
            subject = Subject(model, network, runs, options.numerics)
            verify_model = _verify_chain if options.chain else _verify_layers
            found = verify_model(subject, simulation, console)
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
        audio=found.audio,
        again=command_again(options),
        run=run_name(found.name, options.sim, dut, datapath) + ("-chain" if options.chain else ""),
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
    audio: Audio | None = None


def _verify_layers(subject: Subject, simulation: Simulation, console: Console) -> _Found:
    layers = verify_network(subject, simulation, console)
    return _Found(subject.network.name, layers, model_sha256(subject.model), len(subject.runs))


def _verify_chain(subject: Subject, simulation: Simulation, console: Console) -> _Found:
    layers, final = verify_chain(subject, simulation, console)
    sha256 = model_sha256(subject.model)
    return _Found(subject.network.name, layers, sha256, len(subject.runs), final)


def _verify_float(
    options: Options,
    model: Path,
    network: Network,
    scheme: Scheme | None,
    simulation: Simulation,
    console: Console,
) -> _Found:
    """By the scheme; without one by the demo's calibration data, or by the ranges of the runs."""
    _require_float_options(options, model)
    ranges = NO_RANGES if scheme is None else scheme.ranges
    runs = _runs(options, model, network, simulation.seed or 1, ranges)
    if scheme is None and simulation.settings.config.datapath.format == "minifloat":
        scheme = Scheme()
    elif scheme is None:
        demo = model.resolve() == FLOAT_MODEL and options.input is None and options.seed is None
        scheme = demo_scheme(network) if demo else Scheme(ranges_of(network, runs))
    subject = FloatSubject(model, network, scheme, runs)
    return _float_found(options, network.name, subject, simulation, console)


def _verify_amplifier(
    options: Options,
    model: Path,
    datapath: Datapath | None,
    simulation: Simulation,
    console: Console,
) -> _Found:
    """Of a .nam file; RUNS stretches of the audio on the RTL."""
    _require_float_options(options, model)
    if datapath is None:
        raise InputError(f"{model}: {NEEDS_DATAPATH}")
    amplifier = Amplifier.on(model, options.input, console)
    datapath = simulation.settings.config.datapath
    subject = amplifier.subject(options.runs or 1, datapath)
    found = _float_found(options, amplifier.wavenet.name, subject, simulation, console)
    return replace(found, audio=amplifier.audio(datapath, subject.scheme))


def _float_found(
    options: Options, name: str, subject: FloatSubject, simulation: Simulation, console: Console
) -> _Found:
    """What comes of a float network, with the RTL's numeric events counted."""
    config = replace(simulation.settings.config, events=True)
    counting = replace(simulation, settings=replace(simulation.settings, config=config))
    final = None
    if options.chain:
        layers, final = verify_float_chain(subject, counting, console)
    else:
        layers = verify_float(subject, counting, console)
    return _Found(name, layers, model_sha256(subject.model), len(subject.runs), final)


def _require_float_options(options: Options, model: Path) -> None:
    """InputError where the rules are asked for, which int8 networks alone have."""
    if options.numerics != "rtl":
        raise InputError(
            f"{model}: a float network has no --numerics on a datapath; the datapath says how it "
            "is computed"
        )


def _datapath(options: Options, saved: QuantisedNetwork | None) -> Datapath | None:
    """That of the option, or of the quantised network."""
    if saved is not None and options.datapath is not None:
        raise InputError(
            f"{options.model}: is quantised for datapath {saved.datapath.name}; --datapath is for "
            "float networks"
        )
    if saved is not None:
        return saved.datapath
    return None if options.datapath is None else datapath_named(options.datapath)


def _model(
    options: Options, datapath: Datapath | None, saved: QuantisedNetwork | None
) -> tuple[Path, Network]:
    """The model's file and network: the demo network's floats where a datapath alone is named."""
    model = options.model or (DEMO_MODEL if datapath is None else FLOAT_MODEL)
    if saved is not None:
        return model, saved.network
    network = load_model(model)
    require_matching(model, network, datapath)
    return model, network if options.no_fold else fold_dilation(network)


def _runs(
    options: Options, model: Path, network: Network, seed: int, ranges: Ranges = NO_RANGES
) -> Sequence[Inputs]:
    """Of a file, of held-out digits for the demo networks, else random within the ranges."""
    if options.input is not None:
        return load_runs(options.input, network, options.runs)
    if options.seed is None and model.resolve() == DEMO_MODEL:
        return demo_runs(options.runs or 1)
    if options.seed is None and model.resolve() == FLOAT_MODEL:
        return float_demo_runs(options.runs or 1)
    return random_runs(network, seed, options.runs or 1, ranges)
