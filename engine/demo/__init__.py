"""A demonstration municipality: invented organisations, people and cases, built by running the processes."""
