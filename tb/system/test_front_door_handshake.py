"""The handshake monitor itself, without a simulator: what it lets pass, and what it refuses."""

import pytest
from cocotb.types import Logic, LogicArray

from tb.adapter import DutError
from tb.front_door.handshake import HandshakeRules


def judge(cycles: list[tuple[int, str, str, str]]) -> HandshakeRules:
    """The rules after these cycles of (reset, valid, ready, payload bits)."""
    rules = HandshakeRules("m_axis")
    for reset, valid, ready, data in cycles:
        rules.cycle(bool(reset), Logic(valid), Logic(ready), {"tdata": LogicArray(data)})
    return rules


IDLE = (0, "0", "0", "00")
RESET = [(1, "X", "X", "XX"), (1, "0", "0", "XX")]


def test_legal_transfers_are_counted() -> None:
    rules = judge(
        [
            *RESET,
            (0, "0", "1", "XX"),
            (0, "1", "1", "01"),
            (0, "1", "0", "10"),
            (0, "1", "1", "10"),
            (0, "0", "0", "XX"),
        ]
    )
    assert rules.transfers == 2
    assert rules.trace == [(False, True), (True, True), (True, False), (True, True), (False, False)]


def test_reset_may_withdraw_a_transfer() -> None:
    offered = (0, "1", "0", "01")
    in_reset = [(1, "1", "0", "01"), (1, "0", "0", "11")]
    rules = judge([*RESET, IDLE, offered, *in_reset, IDLE, (0, "1", "1", "10")])
    assert rules.transfers == 1


@pytest.mark.parametrize(
    ("cycles", "message"),
    [
        ([IDLE, (0, "1", "0", "01"), (0, "0", "0", "01")], "transfer 0 was withdrawn"),
        ([IDLE, (0, "1", "0", "01"), (0, "1", "1", "11")], "tdata changed from 01 to 11"),
        (
            [IDLE, (0, "1", "1", "01"), (0, "1", "1", "0X")],
            "transfer 1 has X or Z bits: tdata is 0X",
        ),
        ([IDLE, (0, "1", "0", "ZZ")], "transfer 0 has X or Z bits"),
        ([(0, "X", "0", "01")], "valid is X"),
        ([(0, "0", "X", "01")], "ready is X"),
        ([(1, "1", "0", "01")], "valid is high after a cycle in reset"),
        ([(0, "0", "0", "01"), (1, "0", "0", "01"), (0, "1", "0", "01")], "after a cycle in reset"),
    ],
)
def test_breaches_are_refused(cycles: list[tuple[int, str, str, str]], message: str) -> None:
    with pytest.raises(DutError, match=message):
        judge([*RESET, *cycles])
