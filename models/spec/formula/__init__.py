"""Loss terms that a person writes, as text, as a tree, and as what they need."""
