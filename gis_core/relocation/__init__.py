"""Relocation: survey reconciliation, priority, plan, explanation; values in, values out."""
