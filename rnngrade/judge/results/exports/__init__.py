"""A graded class in the files that learning platforms import; each module names the page that describes its format."""
