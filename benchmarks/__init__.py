"""Measures speed and memory, as ratios where it can; docs/performance.md says what and how."""
