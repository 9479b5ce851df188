"""Your own loss terms: as text, as a tree, and the tensors that they need."""
