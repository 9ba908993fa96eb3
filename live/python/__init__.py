"""What runs the cells of a page in the browser's Python, and in any other for the tests: see ``cells``."""
