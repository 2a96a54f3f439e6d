"""The WaveNet end to end: `python -m tb.wavenet`, behind `make wavenet`.

Verifies golden/wavenet/wavenet.tflite layer by layer on the RTL, generates audio through its model
sample by sample, repeats the first stream's beginning on the RTL with its own outputs fed back, and
says whether the audio is like speech or like noise. The first input is silence, and the history
before it the network's padding: nothing that is heard comes from a recording.

Writes build/wavenet/*.wav, build/wavenet.png with spectrograms, build/wavenet.json, and the layers'
build/verify/wavenet-<sim>.json.

Exit status: 0 all agreed and the audio is no noise, 1 not so, 2 bad usage or input, 3 incomplete:
something was left unchecked, or too little generated to tell it from noise, 130 interrupted.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from golden.wavenet.metrics import recorded_metrics
from golden.wavenet.mu_law import decode
from tb.command_line import ending
from tb.paths import BUILD_DIR
from tb.quantize.output import from_root
from tb.sweep.plot import require_matplotlib
from tb.verify.table import show
from tb.wavenet.generation import generation
from tb.wavenet.layers import verify_layers
from tb.wavenet.options import parse_options
from tb.wavenet.output import write
from tb.wavenet.replay import replay
from tb.wavenet.result import Result
from tb.wavenet.sounds import sounds
from tb.wavenet.table import lines


@ending
def main(arguments: Sequence[str] | None = None, folder: Path = BUILD_DIR) -> int:
    """Run the command, results go to `folder`; returns its exit status."""
    started = time.perf_counter()
    options = parse_options(arguments, __doc__)
    if options.plot:
        require_matplotlib()
    console, metrics = Console(soft_wrap=True), recorded_metrics()
    layers = verify_layers(options, folder / "verify", console) if options.layers else None
    generated = generation(options, console)
    replayed = replay(generated, options, console) if options.replay else None
    heard = sounds(decode(generated.codes.ravel()), metrics, options.seed)
    spent = time.perf_counter() - started
    result = Result(options, metrics, layers, generated, replayed, heard, spent)
    written = write(result, folder)
    if layers is not None and layers.verdict != "pass":
        show(layers, console)
    *told, verdict = lines(result)
    print(*told, sep="\n")
    print(f"wrote {', '.join(str(from_root(path)) for path in written)}")
    print(verdict)
    return result.exit_status


if __name__ == "__main__":
    sys.exit(main())
