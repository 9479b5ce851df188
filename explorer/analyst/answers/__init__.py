"""What the analyst answers: one module a kind of request."""
