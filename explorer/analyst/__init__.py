"""The process that computes for the pages, and the app's side of it."""
