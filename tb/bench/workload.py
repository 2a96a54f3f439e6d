"""What the benchmark simulates: the convolutions of a real network, on their golden activations."""

from pathlib import Path

from golden.tflite.importer import load_tflite
from tb.bulk.plan import Task
from tb.paths import SHARED_DATA
from tb.verify.inputs import DEMO_MODEL, random_inputs
from tb.verify.model_checks import ModelCheck, check_layer
from tb.verify.oracle import run_oracle

RESNET = SHARED_DATA / "models" / "pretrainedResnet_quant.tflite"
SEED = 1


def workload() -> tuple[str, list[Task]]:
    """ResNet-8's convolutions, or the demo network's where that model is not there."""
    return (RESNET.stem, convolutions(RESNET)) if RESNET.exists() else (
        DEMO_MODEL.stem, convolutions(DEMO_MODEL)
    )  # fmt: skip


def convolutions(model: Path) -> list[Task]:
    """A task for every CONV_2D of the model, with the model's output as what is expected."""
    network = load_tflite(model)
    oracle = run_oracle(model, network, random_inputs(network, SEED))
    tasks: list[Task] = []
    for layer in network.layers:
        if layer.op != "CONV_2D":
            continue
        check = check_layer(network, layer, oracle)
        task = check.task(layer.index) if isinstance(check, ModelCheck) else None
        tasks += [task] if task is not None else []
    return tasks
