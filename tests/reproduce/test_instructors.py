"""The pictures of *For instructors* are those of the pages that instructors get today."""

from reproduce import instructors


def test_the_pictures_show_the_pages_as_they_are():
    made_from = instructors.STAMP.read_text(encoding="utf8").strip()
    assert made_from == instructors.made_from(), "run python -m reproduce.instructors, and look at chapters/pictures"
    for name in instructors.VIEWS:
        for theme in ("light", "dark"):
            assert (instructors.PICTURES / f"{name}_{theme}.webp").stat().st_size > 10_000


def test_the_class_is_handed_in_as_learners_do(tmp_path):
    instructors.hand_in(tmp_path)
    notebooks = sorted(tmp_path.glob("*/*.ipynb"))
    assert len(notebooks) == len(instructors.LEARNERS)
    texts = [notebook.read_text(encoding="utf8") for notebook in notebooks]
    assert sum("wrong_" in text for text in texts) > len(texts) / 2
    assert len(set(texts)) > len(texts) / 2  # those who have everything right have the same
