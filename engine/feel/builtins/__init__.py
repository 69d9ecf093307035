"""The built-in functions of the standard; importing the modules registers them."""

from engine.feel.builtins import contexts, conversion, lists, moments, numeric, ranges, strings
from engine.feel.builtins.registry import BUILTINS, Builtin

__all__ = [
    "BUILTINS",
    "Builtin",
    "contexts",
    "conversion",
    "lists",
    "moments",
    "numeric",
    "ranges",
    "strings",
]
