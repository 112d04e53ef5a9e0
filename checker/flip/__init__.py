"""What would change a determination: the smallest sets of changes, what cannot be fixed, what it rests on."""
