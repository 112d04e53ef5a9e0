"""Conditions to statuses: the written semantics and, independently, the forward-chaining engine."""
