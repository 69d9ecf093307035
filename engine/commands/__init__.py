"""The commands of `marshrut`, one module a family; `engine.cli` finds them by name and imports only the one called."""
