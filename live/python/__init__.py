"""What runs a page's cells, in the browser's Python; it imports and is tested in any."""
