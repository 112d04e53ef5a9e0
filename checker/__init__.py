"""A rule-based guideline compliance checker for medical-necessity disputes."""

__version__ = "0.1.0"
