"""Shipped models and tables of relocation: data, not code; each value with its source."""
