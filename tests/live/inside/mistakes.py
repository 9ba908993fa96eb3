"""In Pyodide: every mistake that a question lists, as an answer; a line for each that is not recognised as itself."""

import sys

import pyodide_js

import rnngrade
from rnngrade import keys
from rnngrade.course import assignments

sys.path.insert(0, "/repo/tests/live/inside")
sys.dont_write_bytecode = True
import absent  # noqa: E402

absent.install()  # the oracles call it; here the keys stand for them
rnngrade.__path__.append("/repo/rnngrade")
from rnngrade.authoring.audit import _mistakes  # noqa: E402

count = 0
for assignment in assignments("/repo/exercises"):
    await pyodide_js.loadPackage("course-keys-" + assignment.name.replace("_", "-"), messageCallback=lambda _: None)  # noqa: F704
    for id, key in keys.load(assignment.name).items():
        question = assignment.ever_asked[id]
        count += len(question.mistakes)
        for problem in _mistakes(question, key):
            print(f"{id}: {problem}")
print(count, "mistakes")
