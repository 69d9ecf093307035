"""Marshrut: a process engine for municipal social services, without a screen.

Nothing below this package imports Flask. `engine.model` holds the values that travel between rooms,
`engine.errors` what can go wrong; every other sub-package is a room with one responsibility.
"""
