"""What came of each submission, and everything that is written about it."""
