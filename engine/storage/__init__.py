"""Where everything is kept: one database for the work, another one for the keys that open personal data."""
