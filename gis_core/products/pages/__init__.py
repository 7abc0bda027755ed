"""The city page and a page for every county: key figures, map, lists, in both languages."""
