"""Benchmarks beside their peers; each module gives `rows()`."""
