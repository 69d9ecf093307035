"""Where the definitions that come with the product lie.

In a checkout they are `processes/` and `forms/` beside this package; a wheel carries them inside it, in
`engine/shipped/`. `pyproject.toml` puts them there.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "shipped"


def processes_dir() -> Path:
    """The folder of `<key>/<key>.bpmn` with its tables, scenarios and document templates."""
    return _home() / "processes"


def forms_dir() -> Path:
    """The folder of `<key>.form`."""
    return _home() / "forms"


def _home() -> Path:
    return _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent
