"""The author's side: what tells a clinician that a rule means what it should."""
