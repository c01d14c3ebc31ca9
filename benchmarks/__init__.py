"""Measurements of the running product: `make bench` runs them and writes docs/benchmarks.md."""
