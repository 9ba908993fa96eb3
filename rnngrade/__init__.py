"""Questions, checks and the judge."""
