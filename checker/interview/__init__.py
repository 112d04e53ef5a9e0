"""The interview: which fact to ask next, and how an answer is written into the case file."""
