"""DMN: decision tables and their relatives, read from the XML of versions 1.1 to 1.5.

`load(xml).decide("Решение", {"доход": 9000})` is the value; `explain` adds which rows matched and why;
`check(xml)` is what there is to say about a file before it is published.
"""

from engine.dmn.checks import check
from engine.dmn.describe import DASH
from engine.dmn.errors import DmnError
from engine.dmn.evaluation import DecisionWarning, RowTrace, TableTrace
from engine.dmn.model import DecisionInfo, Explanation, Model, load
from engine.dmn.reader import is_drawn
from engine.dmn.workshop import Fault

__all__ = [
    "DASH",
    "DecisionInfo",
    "DecisionWarning",
    "DmnError",
    "Explanation",
    "Fault",
    "Model",
    "RowTrace",
    "TableTrace",
    "check",
    "is_drawn",
    "load",
]
