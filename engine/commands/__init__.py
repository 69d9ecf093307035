"""The commands of `marshrut`, one module a family; `engine.cli` imports only the one that is called."""
