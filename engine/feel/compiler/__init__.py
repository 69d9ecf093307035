"""Trees become closures here; importing the modules registers how each kind of node is compiled."""

from engine.feel.compiler import control, functions, literals, operators, unary, variables
from engine.feel.compiler.base import Code, Compiler, Frame

__all__ = [
    "Code", "Compiler", "Frame", "control", "functions", "literals", "operators", "unary", "variables",
]  # fmt: skip
