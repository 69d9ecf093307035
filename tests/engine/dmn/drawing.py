"""Small decision models for the tests."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine import dmn

LATEST = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(*elements: str, namespace: str = LATEST, own: str = "urn:test") -> bytes:
    """The bytes of a file with these elements."""
    body = "".join(elements)
    return f'<definitions xmlns="{namespace}" name="Проба" namespace="{own}">{body}</definitions>'.encode()


def decide(xml: bytes, name: str, **inputs: Any) -> Any:
    return dmn.load(xml).decide(name, inputs)


def text(value: str) -> str:
    return f"<text>{escape(value)}</text>"


def attribute(name: str, value: str | None) -> str:
    return "" if value is None else f" {name}={quoteattr(value)}"


def literal(value: str, type: str | None = None) -> str:
    return f"<literalExpression{attribute('typeRef', type)}>{text(value)}</literalExpression>"


def input_data(name: str, type: str | None = None) -> str:
    return (
        f"<inputData name={quoteattr(name)} id={quoteattr('in ' + name)}>{variable(name, type)}</inputData>"
    )


def variable(name: str, type: str | None = None) -> str:
    return f"<variable name={quoteattr(name)}{attribute('typeRef', type)}/>"


def requirement(kind: str, what: str, target: str) -> str:
    return f"<{kind}><{what} href={quoteattr(target)}/></{kind}>"


def requirements(*names: str) -> str:
    """`in x` is input data, `fn x` a knowledge model, `ds x` a service, else a decision."""
    found = []
    for name in names:
        kind, _, _ = name.partition(" ")
        if kind in ("fn", "ds"):
            found.append(requirement("knowledgeRequirement", "requiredKnowledge", f"#{name}"))
        else:
            tag = "requiredInput" if kind == "in" else "requiredDecision"
            found.append(requirement("informationRequirement", tag, f"#{name}"))
    return "".join(found)


def decision(name: str, logic: str, *needs: str, type: str | None = None) -> str:
    """A decision whose id is its name; `needs` as for `requirements`."""
    head = f"<decision name={quoteattr(name)} id={quoteattr(name)}>{variable(name, type)}"
    return head + requirements(*needs) + logic + "</decision>"


def function(
    name: str, parameters: dict[str, str | None], logic: str, *needs: str, type: str | None = None
) -> str:
    """A knowledge model with the id `fn name`."""
    formal = "".join(
        f"<formalParameter name={quoteattr(one)}{attribute('typeRef', kind)}/>"
        for one, kind in parameters.items()
    )
    head = (
        f"<businessKnowledgeModel name={quoteattr(name)} id={quoteattr('fn ' + name)}>{variable(name, type)}"
    )
    logic = f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>"
    return head + requirements(*needs) + logic + "</businessKnowledgeModel>"


def table(
    inputs: list[str],
    outputs: list[str],
    rows: list[list[str]],
    *,
    policy: str | None = None,
    aggregation: str | None = None,
    allowed: dict[str, str] | None = None,
    defaults: dict[str, str] | None = None,
    types: dict[str, str] | None = None,
    type: str | None = None,
) -> str:
    """A decision table. `allowed`, `defaults` and `types` are by the name of a column."""
    allowed, defaults, types = allowed or {}, defaults or {}, types or {}
    policies = attribute("hitPolicy", policy) + attribute("aggregation", aggregation)
    parts = [f"<decisionTable{policies}{attribute('typeRef', type)}>"]
    for name in inputs:
        asked = f"<inputExpression{attribute('typeRef', types.get(name))}>{text(name)}</inputExpression>"
        values = f"<inputValues>{text(allowed[name])}</inputValues>" if name in allowed else ""
        parts.append(f"<input label={quoteattr(name)}>{asked}{values}</input>")
    for name in outputs:
        head = f"<output{attribute('name', name)}{attribute('typeRef', types.get(name))}>"
        values = f"<outputValues>{text(allowed[name])}</outputValues>" if name in allowed else ""
        if name in defaults:
            values += f"<defaultOutputEntry>{text(defaults[name])}</defaultOutputEntry>"
        parts.append(f"{head}{values}</output>")
    for number, row in enumerate(rows, 1):
        cells = [f"<inputEntry>{text(cell)}</inputEntry>" for cell in row[: len(inputs)]]
        cells += [f"<outputEntry>{text(cell)}</outputEntry>" for cell in row[len(inputs) :]]
        parts.append(f'<rule id="r{number}">{"".join(cells)}</rule>')
    return "".join(parts) + "</decisionTable>"


def item(
    name: str, *fields: str, base: str | None = None, many: bool = False, allowed: str | None = None
) -> str:
    """A type; `fields` are made with `field`."""
    inner = (f"<typeRef>{base}</typeRef>" if base else "") + "".join(fields)
    if allowed:
        inner += f"<allowedValues>{text(allowed)}</allowedValues>"
    collection = ' isCollection="true"' if many else ""
    return f"<itemDefinition name={quoteattr(name)}{collection}>{inner}</itemDefinition>"


def field(name: str, base: str, *, many: bool = False) -> str:
    collection = ' isCollection="true"' if many else ""
    return f"<itemComponent name={quoteattr(name)}{collection}><typeRef>{base}</typeRef></itemComponent>"
