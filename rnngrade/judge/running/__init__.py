"""Runs a class: every submission in a sandbox, its answers compared, its grade recorded."""
