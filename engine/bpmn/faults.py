"""Why a token cannot go on: becomes an incident at its element, never an exception of the step."""

from __future__ import annotations

from engine.errors import MarshrutError


class Fault(MarshrutError):
    """Raised where a token stands; `message` says what is wrong, `hint` what a person can do about it.

    The texts begin with a small letter: the incident puts the name of the element before them.
    """
