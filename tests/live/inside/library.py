"""In Pyodide: rnnlib's own tests, of the files that are named, as far as they do without torch."""

import sys

import pytest

sys.path.insert(0, "/repo/tests/live/inside")
sys.dont_write_bytecode = True
import absent  # noqa: E402

absent.install()
pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--capture=sys", "-c", "/dev/null",
             "--rootdir=/repo/tests/rnnlib", "--durations=12", *sys.argv[1:]])
