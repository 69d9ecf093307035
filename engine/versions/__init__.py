"""Versions of a pathway side by side, and running cases moved from one release to another."""
