"""The workplace in a browser: thin Flask views over `engine`. One module a page family, each a Blueprint."""
