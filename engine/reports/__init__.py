"""Figures of a period: counted from what the cases recorded, written down by nobody."""
