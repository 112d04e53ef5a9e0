"""Determination letters to cases: text, layout, requests and facts, with who speaks and where it stands."""
