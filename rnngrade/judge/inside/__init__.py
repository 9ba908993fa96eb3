"""What stands inside the sandbox: the zygote, the hardening of its children, the loop that runs a notebook.

Everything in this folder can be read by a submission, so nothing in it is secret, and it imports nothing of rnngrade.
"""
