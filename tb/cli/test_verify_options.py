"""The command that repeats a run: it names everything that the run depended on."""

import shlex

import pytest

from pymodel.errors import InputError
from tb.verify.options import command_again, parse_options

PLAIN = "python -m tb.verify --sim verilator"


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "--model a.tflite --input 'my x.npy'",
        "--suite corner",
        "--seed 7 --runs 20",
        "--numerics litert-ref --chain --no-fold",
        "--datapath dfp8_trunc4 --ic-lanes 4",
        "--rtl dir --top mine --adapter my.adapter --ic-lanes 4 --oc-lanes 8",
    ],
)
def test_command_again(monkeypatch: pytest.MonkeyPatch, arguments: str) -> None:
    monkeypatch.delenv("SEED", raising=False)
    again = command_again(parse_options(shlex.split(arguments), None))
    assert again == f"{PLAIN} {arguments}".strip()
    assert command_again(parse_options(shlex.split(again)[3:], None)) == again


def test_seed_of_the_environment_is_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unlike --seed, it leaves the input of the demo network and of a suite as it is."""
    monkeypatch.setenv("SEED", "42")
    assert command_again(parse_options(["--suite", "corner"], None)) == (
        f"SEED=42 {PLAIN} --suite corner"
    )
    assert command_again(parse_options(["--seed", "7"], None)) == f"{PLAIN} --seed 7"
    monkeypatch.setenv("SEED", "many")
    with pytest.raises(InputError, match="SEED=many"):
        command_again(parse_options([], None))
