"""The state of a case as bytes.

A header of four bytes (two letters, format, reader version) and a JSON array as `packing` writes it. The
diagram is not in it: a state is read together with the program it was made with. Rows:

    [counter, end event, [block, …]]
    block: [number of its host token or 0, variables or null, marks, [token, …]]   outer blocks first
    token: [number, parent or 0, state, node, marks]

How values look in it: `values`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn.behaviour.blocks import Enclosing
from engine.bpmn.block import Case
from engine.bpmn.context import Context
from engine.bpmn.faults import Fault
from engine.bpmn.packing import NotPacked, pack, unpack
from engine.bpmn.token import Token
from engine.bpmn.values import decode, to_json
from engine.errors import StepFailed
from engine.model import Value

if TYPE_CHECKING:
    from engine.bpmn.block import Block
    from engine.bpmn.diagram import Program
    from engine.bpmn.plan import Plan

MAGIC = b"MR"
FORMAT = 1
READER_VERSION = 1
"""Counts the versions of synthetic names and of the meaning of marks; every state says its own."""


def dump(case: Case) -> bytes:
    """The case as bytes."""
    blocks = [_block_row(block) for block in case.all_blocks()]
    return MAGIC + bytes((FORMAT, READER_VERSION)) + pack(to_json([case.counter, case.end_event, blocks]))


def _block_row(block: Block) -> list[Any]:
    tokens = [
        [token.id, token._parent or 0, token.state, token.node.name, _marks(token) or 0]
        for token in block.tasks.values()
    ]
    return [block.host.id if block.host else 0, block.variables, block.marks or 0, tokens]


def _marks(token: Token) -> dict[str, Any]:
    return {**token.marks, "data": token.data} if token.data else token.marks


def load(program: Program, state: bytes, context: Context) -> Case:
    """The case of these bytes, ready for one step. Raises StepFailed when they do not fit the program."""
    counter, end_event, blocks = _body(state)
    case = Case(program, context, decode(blocks[0][1]))
    case.counter = counter
    case.end_event = end_event
    belonging: list[tuple[Token, int]] = []
    for row in blocks:
        belonging += _load_block(case, row)
    for token, parent in belonging:
        token.belong_to(case.tokens[parent])
    return case


def _load_block(case: Case, row: list[Any]) -> list[tuple[Token, int]]:
    """Make the tokens of a block; returned are those that belong to another one, with its number."""
    belonging: list[tuple[Token, int]] = []
    host_id, variables, marks, tokens = row
    block: Block = case
    if host_id:
        host = case.tokens[host_id]
        block = case.open_block(host, _plan_inside(host), None if variables is None else decode(variables))
    block.marks = decode(marks) if marks else {}
    nodes = block.plan.nodes
    for number, parent, state, name, token_marks in tokens:
        node = nodes.get(name)
        if node is None:
            raise StepFailed(
                f"В этой версии схемы нет шага «{name}», на котором стоит дело.",
                "Перенесите дело на подходящую версию.",
            )
        token = Token(block, node, number)
        token._state = state
        if token_marks:
            token.internal_data = decode(token_marks)
            token.data = token.internal_data.pop("data", {})
        if parent:
            belonging.append((token, parent))
    return belonging


def _plan_inside(host: Token) -> Plan:
    if isinstance(host.node, Enclosing):
        try:
            return host.node.plan_for(host.case)
        except Fault as fault:
            raise StepFailed(f"Дело не читается: {fault.message}.", fault.hint) from None
    raise StepFailed(
        f"В этой версии схемы «{host.node.name}» уже не подпроцесс, а дело стоит внутри него.",
        "Перенесите дело на подходящую версию.",
    )


def variables_of(state: bytes) -> dict[str, Value]:
    """The variables of the case itself; needs no program."""
    _, _, blocks = _body(state)
    found: dict[str, Value] = decode(blocks[0][1])
    return found


def _body(state: bytes) -> list[Any]:
    header, body = state[:4], state[4:]
    if len(header) < 4 or header[:2] != MAGIC or header[2] != FORMAT:
        raise StepFailed("Состояние дела не читается.", "Восстановите дело из резервной копии.")
    if header[3] != READER_VERSION:
        raise StepFailed(
            "Состояние дела записано другой версией программы.", "Обновите программу или перенесите дело."
        )
    try:
        found = unpack(body)
    except NotPacked:
        found = None
    if not isinstance(found, list) or len(found) != 3:
        raise StepFailed("Состояние дела не читается.", "Восстановите дело из резервной копии.")
    return found
