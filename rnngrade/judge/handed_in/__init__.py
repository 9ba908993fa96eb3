"""What a class handed in, read as data: no link is followed, nothing is run."""
