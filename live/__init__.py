"""What makes the exercise pages live: Python's files for a browser, what runs a page's cells there, the page's side."""
