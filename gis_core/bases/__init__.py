"""Bases: candidate bases from scores, exact selection, explanation."""
