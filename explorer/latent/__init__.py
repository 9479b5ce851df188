"""What is computed of codes: planes, projections, activity. The analyst process and its client."""
