"""Upland's core: everything but HTTP. See README for the flow of data through its packages."""

__version__ = "0.1.0"
