"""Measurements that take minutes. The quick ones are `marshrut bench`; how to read all: docs/developers."""
