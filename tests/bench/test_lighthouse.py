"""The scores of the site: skipped by name where something is missing, and made of a site that is sent compressed."""

import gzip
import urllib.request

from bench import lighthouse


def test_says_what_is_missing(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(lighthouse.shutil, "which", lambda name: None)
    monkeypatch.setattr(lighthouse, "SITE", tmp_path)
    monkeypatch.setattr("sys.argv", ["bench.lighthouse"])
    lighthouse.main()
    said = capsys.readouterr().out
    assert "No Lighthouse scores" in said
    for missing in ("npx", "Chromium", "make book"):
        assert missing in said


def test_a_page_is_sent_as_a_host_sends_it(tmp_path):
    (tmp_path / "index.html").write_text("<h1>long</h1>" * 1000)
    with lighthouse.served(tmp_path) as address:
        asked = urllib.request.Request(address + "index.html", headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(asked) as answer:
            body = answer.read()
            assert answer.headers["Content-Encoding"] == "gzip"
        assert len(body) < 1000
        assert gzip.decompress(body) == (tmp_path / "index.html").read_bytes()
        with urllib.request.urlopen(address) as answer:
            assert answer.headers["Content-Encoding"] is None
