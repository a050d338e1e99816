"""Attacks by the notebook file: edited, forged, damaged, huge, or no notebook at all."""

import copy
import json

import nbformat
import pytest
from nbformat import v4

from dlcourse import cells, submission
from dlcourse.course import CourseError
from tests.red_team.target import CHAPTER, RIGHT, WRONG

EASY = "import numpy as np\nfrom dlutils import checks\nprint('✓')\n"


def check_of(nb, name="neuron-value"):
    return next(cell for cell in nb.cells if cells.grade_id(cell) == name)


def edited(nb):
    check_of(nb).source = EASY


def pointed(nb):
    for cell in nb.cells:
        if cells.is_check(cell):
            cell.metadata.nbgrader["points"] = 1000


def unlocked(nb):
    check_of(nb).metadata.nbgrader |= {"locked": False, "solution": True}
    check_of(nb).source = EASY


def ungraded(nb):
    check_of(nb).metadata.nbgrader |= {"grade": False}
    check_of(nb).source = EASY


def renamed(nb):
    cell = check_of(nb)
    cell.metadata.nbgrader["grade_id"], cell.source = "bonus", EASY


def deleted(nb):
    nb.cells.remove(check_of(nb))


def duplicated(nb):
    twin = copy.deepcopy(check_of(nb))
    twin.source, twin.id = EASY, "twin"
    nb.cells.append(twin)


def same_cell_id(nb):
    twin = copy.deepcopy(check_of(nb))
    twin.source = EASY
    nb.cells.append(twin)


def swapped_sources(nb):
    check_of(nb).source = check_of(nb, "EarlyStopping-value").source


def swapped_ids(nb):
    a, b = check_of(nb), check_of(nb, "EarlyStopping-value")
    a.metadata, b.metadata = b.metadata, a.metadata


def reordered(nb):
    cell = check_of(nb)
    nb.cells.remove(cell)
    nb.cells.insert(1, cell)


def with_outputs(nb):
    for cell in nb.cells:
        if cells.is_check(cell):
            cell.outputs = [v4.new_output("execute_result", {"text/plain": "2.0"})]


def experiment(nb):
    check_of(nb).metadata["tags"] = ["experiment"]


def as_markdown(nb):
    cell = check_of(nb)
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]


def raw(nb):
    cell = check_of(nb)
    cell.cell_type = "raw"
    del cell["outputs"], cell["execution_count"]


def magic(nb):
    check_of(nb).source = "%%script true\n" + check_of(nb).source


def forged_grade(nb):
    nb.metadata["dlcourse_graded"] = "0" * 64
    nb.metadata["dlcourse_notes"] = ["Everything is right: full points."]


def kernel(nb):
    nb.metadata["kernelspec"] = {"name": "bash", "display_name": "x", "language": "bash"}


def checksums(nb):
    for cell in nb.cells:
        if cells.grade_id(cell):
            cell.metadata.nbgrader["checksum"] = "0" * 32


def schema(nb):
    for cell in nb.cells:
        if cells.grade_id(cell):
            cell.metadata.nbgrader["schema_version"] = 99


def task(nb):
    check_of(nb).metadata.nbgrader |= {"task": True, "points": 7}


def lists_for_marks(nb):
    check_of(nb).metadata |= {"nbgrader": ["grade", True], "tags": "experiment"}


TRICKS = [
    edited, pointed, unlocked, ungraded, renamed, deleted, duplicated, same_cell_id,
    swapped_sources, swapped_ids, reordered, with_outputs, experiment, as_markdown, raw, magic, forged_grade, kernel,
    checksums, schema, task, lists_for_marks,
]  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_a_wrong_answer_gains_nothing(target, trick):
    nb = target.attack(neuron=WRONG)
    trick(nb)
    outcome = target.grade(nb)
    assert not outcome.failed
    found = {one.check: one.points for one in outcome.results}
    assert found["neuron-value"] == 0
    assert sum(found.values()) <= sum(RIGHT.values()) - 2
    assert {one.check: one.max_points for one in outcome.results} == RIGHT
    assert target.points(target.honest()) == RIGHT


@pytest.mark.parametrize(
    "trick", [one for one in TRICKS if one not in (reordered, swapped_ids, experiment)],
    ids=lambda trick: trick.__name__,
)  # fmt: skip
def test_a_right_answer_loses_nothing(target, trick):
    nb = target.honest()
    trick(nb)
    assert target.points(nb) == RIGHT


def test_what_was_put_right_is_named(target):
    said = {}
    for trick in (edited, pointed, unlocked, deleted, duplicated):
        nb = target.honest()
        trick(nb)
        outcome = target.grade(nb)
        said[trick] = " ".join([*outcome.problems, *outcome.notes])
        assert all(sentence in outcome.notebook for sentence in outcome.notes)
    assert "Changed tests were put back: neuron-value." in said[edited]
    assert "metadata were put right: " in said[pointed] and "neuron-purity" in said[pointed]
    assert "metadata were put right: neuron-value." in said[unlocked]
    assert "Deleted cells were put back: neuron-value." in said[deleted]
    assert "more than once (neuron-value)" in said[duplicated]


def test_old_formats(target):
    nb = nbformat.writes(nbformat.convert(target.honest(), 3)).encode()
    assert target.points(nb) == RIGHT


FILES = {
    "empty": b"",
    "malformed_utf8": b'{"cells": [], "metadata": {"a": "\xff\xfe"}}',
    "surrogates": b'{"cells": [], "metadata": {"a": "\\ud800"}, "nbformat": 4}',
    "deep": b"[" * 1_000_000,
    "deep_and_closed": b'{"cells":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "numbers": b'{"cells": 1e999, "metadata": NaN, "nbformat": 4, "nbformat_minor": 5}',
    "big_number": b'{"nbformat": ' + b"9" * 100_000 + b"}",
    "wrong_types": b'{"cells": {"a": 1}, "metadata": [], "nbformat": "4", "nbformat_minor": "x"}',
    "bom": b"\xef\xbb\xbf[]",
    "null": b"\x00" * 1000,
    "xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
    "pickle": b"\x80\x04\x95\x1b\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94.",
    "future": b'{"cells": [], "metadata": {}, "nbformat": 99, "nbformat_minor": 0}',
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_notebook_is_one_sentence(target, name):
    outcome = target.grade(FILES[name])
    assert outcome.failed and len(outcome.problems) == 1
    assert outcome.problems[0].endswith(".") and "\n" not in outcome.problems[0]
    assert target.points(target.honest()) == RIGHT


def test_half_a_character_in_every_cell_stops_no_class(target):
    nb = target.honest()
    for cell in nb.cells:
        cell.source += "\n# \ud800" if cell.cell_type == "code" else "\n\n\ud800"
    outcome = target.grade(json.dumps(nb).encode())
    assert not outcome.failed and outcome.notebook.encode() and outcome.page.encode()
    assert target.points(json.dumps(nb).encode()) == RIGHT


def test_many_cells(target):
    nb = target.attack()
    nb.cells += [v4.new_code_cell("1 / 0") for _ in range(500)]
    assert target.points(nb) == RIGHT


def test_a_json_bomb_of_text(target):
    nb = target.attack(before="x = '" + "A" * 20_000_000 + "'")
    assert target.points(nb) == RIGHT


def test_links_lead_nowhere(target, tmp_path):
    folder = tmp_path / "submitted" / "eve" / CHAPTER
    folder.mkdir(parents=True)
    (folder / "target.ipynb").symlink_to(target.chapter.notebook)
    one = submission.Submission("eve", target.chapter, folder)
    with pytest.raises(CourseError, match="symbolic link"):
        submission.choose(one)
    linked = tmp_path / "submitted" / "bob"
    linked.symlink_to(folder.parent)
    with pytest.raises(CourseError, match="symbolic link"):
        submission.choose(submission.Submission("bob", target.chapter, linked / CHAPTER))


def test_a_pipe_is_no_file(target, tmp_path):
    import os

    os.mkfifo(tmp_path / "target.ipynb")
    with pytest.raises(CourseError, match="is no file"):
        submission.read(tmp_path / "target.ipynb")


def test_markdown_and_attachments_hold_no_html(target):
    nb = target.honest()
    for cell in nb.cells:
        if cells.is_answer(cell):
            cell.source = (
                "<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3))\n\n"
                "<style>body{display:none}</style> $$\\href{javascript:alert(4)}{x}$$"
            )
    page = target.grade(nb).page
    for evil in ("<script>", "<img src=x", 'href="javascript', "<style>body{display"):
        assert evil not in page
    assert json.loads(target.grade(nb).notebook)
