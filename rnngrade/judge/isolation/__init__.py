"""What isolates a submission, seen from outside: the sandbox, its limits, what may be seen in it."""
