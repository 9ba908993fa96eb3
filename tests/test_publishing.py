"""What is published beside the site: Binder's recipe, and the branch that the launch buttons lead to."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def test_binder_installs_a_torch_without_graphics_cards_and_the_courses_own_packages():
    recipe = yaml.safe_load((ROOT / ".binder" / "environment.yml").read_text())
    assert any(re.match(r"pytorch-cpu\b", str(one)) for one in recipe["dependencies"])
    build = ROOT / ".binder" / "postBuild"
    assert build.stat().st_mode & 0o111, "repo2docker runs it"
    said = build.read_text()
    assert "install --no-cache-dir -r requirements.txt" in said
    assert re.search(r"install .*--editable \.$", said, re.MULTILINE)
    assert not re.search(r"^torch==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)  # or pip brings the other


def test_the_workflow_puts_executed_notebooks_where_the_buttons_look_for_them():
    config = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "course.yml").read_text())
    steps = workflow["jobs"]["publish"]["steps"]
    [push] = [step["run"] for step in steps if "git push" in step.get("run", "")]
    assert f"HEAD:refs/heads/{config['launch_branch']}" in push
    assert "_build/html/notebooks" in push
    assert "git add --force notebooks" in push  # the folder that notebook_download names in its links
    assert workflow["jobs"]["publish"]["permissions"]["contents"] == "write"
    assert all("{branch}/{path}" in url or "{branch}?" in url or "localhost" in url
               for url in config["launch_targets"].values())
