"""The auditor's side: reviewers' decisions beside determinations, reason by reason."""
