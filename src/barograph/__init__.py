"""Barograph: the system behind a weekly situation report. See docs/architecture.md."""

__version__ = "0.1.0"
