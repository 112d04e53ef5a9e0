"""Looks for what loads in a rule base and would do harm."""
