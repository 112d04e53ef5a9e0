"""What is shown: text for people and JSON for programs. No decision is made here."""
