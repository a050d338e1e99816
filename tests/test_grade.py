"""A class graded: every kind of submission gets its points and its sentence, and none is lost."""

import copy
import csv
import json

import nbformat
import pytest
import typer
from nbformat import v4
from typer.testing import CliRunner

from dlcourse import cells, cli_grading, gradebook, verdict
from dlcourse.course import CourseError
from dlcourse.grade import Batch
from tests.small_course import CHAPTER, NEURON, without

app = typer.Typer()
app.command("grade")(cli_grading.grade)
app.command("demo")(cli_grading.demo)

LOOP = "def neuron(x, w, b):\n    while True:\n        pass\n"
STUBBORN = """\
def neuron(x, w, b):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""


def _duplicated(nb):
    copies = [copy.deepcopy(c) for c in nb.cells if cells.grade_id(c) in ("neuron", "neuron-value")]
    nb.cells += copies
    for number, cell in enumerate(nb.cells):
        cell.id = f"cell-{number}"
    return nb


def _stripped(nb, ids=True):
    for number, cell in enumerate(nb.cells):
        cell.metadata.pop("nbgrader", None)
        cell.id = cell.id if ids else f"cell-{number}"
    return nb


def _stamped(nb, **stamp):
    nb.metadata["dlcourse"] |= stamp
    return nb


def _without_kernel(nb):
    del nb.metadata["kernelspec"]
    return nb


def _markdown_check(nb):
    cell = next(c for c in nb.cells if cells.grade_id(c) == "relu-value")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]
    return nb


# student: (what they hand in, points of neuron-value, neuron-purity, relu-value, why; a sentence)
FULL = (2, 1, 1, None)
CLASS = {
    "right": (lambda c: c.worked(), FULL, ""),
    "blank": (lambda c: c.worked(None, None, None), (0, 0, 0, 0), ""),
    "mistaken": (
        lambda c: c.worked("def neuron(x, w, b):\n    return x @ w\n"),
        (0, 1, 1, None),
        "",
    ),
    "syntax": (lambda c: c.worked("def neuron(x, w, b)\n    return x\n"), (0, 0, 1, None), ""),
    "loop": (lambda c: c.worked(LOOP), (0, 0, 1, None), ""),
    "stubborn": (lambda c: c.worked(STUBBORN), (0, 0, 1, None), ""),
    "exits": (
        lambda c: c.worked("import os\ndef neuron(x, w, b):\n    os._exit(3)\n"),
        (0, 0, 1, None),
        "",
    ),
    "segfault": (
        lambda c: c.worked("import ctypes\ndef neuron(x, w, b):\n    ctypes.string_at(0)\n"),
        (0, 0, 1, None),
        "",
    ),
    "floods": (lambda c: c.worked(NEURON + "print('x' * 50, end='')\n" * 3000), FULL, ""),
    "cheats": (
        lambda c: c.worked(
            NEURON + "from dlutils import checks\nchecks.agrees = lambda *a, **k: 9"
        ),
        FULL,
        "",
    ),
    "experiments": (
        lambda c: c.worked(relu="def relu(x):\n    return slope * np.maximum(0.0, 4 * x)\n"),
        FULL,
        "Graded with its experiments: graded code needs slope",
    ),
    "old_version": (lambda c: _stamped(c.worked(), version="0.0.1"), FULL, "course version 0.0.1"),
    "check_gone": (lambda c: without(c.worked(), "neuron-value"), FULL, "put back: neuron-value"),
    "answer_gone": (lambda c: without(c.worked(), "neuron"), (0, 0, 1, None), "put back: neuron"),
    "all_gone": (
        lambda c: without(c.worked(), "neuron-value", "neuron-purity", "relu", "relu-value", "why"),
        (2, 1, 0, 0),
        "put back",
    ),
    "markdown": (lambda c: _markdown_check(c.worked()), FULL, ""),
}
PROBLEMS = {
    "no_kernel": (lambda c: _without_kernel(c.worked()), FULL, "names no kernel"),
    "copies": (lambda c: _duplicated(c.worked()), FULL, "more than once (neuron-value, neuron)"),
    "stripped": (lambda c: _stripped(c.worked()), FULL, "Lost nbgrader's metadata"),
    "stripped_all": (lambda c: _stripped(c.worked(), ids=False), (2, 1, 1, 0), "given back to"),
    "old_format": (
        lambda c: json.dumps(nbformat.convert(c.worked(), 3)),
        FULL,
        "old notebook format",
    ),
    "not_json": (lambda c: "{ this is not", None, "is not JSON"),
    "binary": (lambda c: "\x00\ud7ff", None, "is not JSON"),
    "other_json": (lambda c: "[1, 2]", None, "not a valid notebook"),
    "odd_cells": (
        lambda c: '{"cells": [{}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        None,
        "not a valid notebook",
    ),
    "other_chapter": (lambda c: _stamped(c.worked(), chapter="02_b"), None, "belongs to 02_b"),
    "foreign": (
        lambda c: v4.new_notebook(cells=[v4.new_code_cell("x = 1")]),
        None,
        "holds no exercise of 01_small",
    ),
}


@pytest.fixture(scope="module")
def graded(small_course, tmp_path_factory):
    """The whole class, graded once; (course, {student: Submission}, Batch)."""
    course = small_course.copy(tmp_path_factory.mktemp("class"))
    for student, (work, _, _) in (CLASS | PROBLEMS).items():
        course.hand_in(student, work(course))
    course.hand_in("renamed", course.worked(), name="small (1).ipynb")
    course.hand_in("two_files", course.worked())
    course.hand_in("two_files", course.worked(None), name="old.ipynb")
    course.hand_in("which", course.worked(), name="a.ipynb")
    course.hand_in("which", course.worked(), name="b.ipynb")
    course.hand_in("elsewhere", course.worked(), folder="99_unknown")
    course.hand_in("right", course.worked(), folder=".")
    (course.root / "submitted" / "empty" / CHAPTER).mkdir(parents=True)
    (course.root / "submitted" / "stray.ipynb").write_text("{}")
    (course.root / "submitted" / ".DS_Store").write_text("")
    batch = Batch(course.root, settings={"timeout": 3})
    return course, {one.student: one for one in batch.run()}, batch


@pytest.mark.parametrize("student", [*CLASS, *PROBLEMS])
def test_points_and_sentence(graded, student):
    one = graded[1][student]
    _, points, sentence = (CLASS | PROBLEMS)[student]
    assert one.graded == (points is not None)
    expected = points or (None,) * 4
    assert tuple(result.points for result in one.results) == expected
    said = one.problems if student in PROBLEMS else one.notes
    assert sentence in " ".join(said)
    assert bool(one.problems) == (student in PROBLEMS)


def test_files_of_other_names(graded):
    _, found, batch = graded
    assert (
        found["renamed"].graded and "small (1).ipynb as small.ipynb" in found["renamed"].problems[0]
    )
    assert found["two_files"].graded and "not old.ipynb" in found["two_files"].problems[0]
    assert not found["which"].graded and "which one counts" in found["which"].problems[0]
    assert not found["empty"].graded and "holds no notebook" in found["empty"].problems[0]
    strays = " ".join(batch.strays)
    assert "submitted/elsewhere/99_unknown: the course has no such chapter" in strays
    assert "stray.ipynb lies outside" in strays and "right/small.ipynb lies outside" in strays
    assert not batch.flawless


def test_messages_say_what_happened(graded):
    found = {student: one.results[0].message for student, one in graded[1].items() if one.results}
    assert "the bias is not added" in found["mistaken"]
    assert "neuron is not defined: its cell failed with SyntaxError" in found["syntax"]
    for student in ("loop", "stubborn"):
        assert found[student] == (
            "This took longer than 3 s and was stopped: is there an infinite loop?"
        )
    assert "process died" in found["exits"] and "process died" in found["segfault"]
    assert "not written yet" in found["blank"]
    assert found["not_json"] == "small.ipynb is not a notebook: it is not JSON."


def test_nothing_is_lost_in_json_and_csv(graded, tmp_path):
    _, found, batch = graded
    batch.write_json(tmp_path / "out.json")
    records = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert {record["student"] for record in records} == set(found)
    assert set(records[0]) == {
        "student", "chapter", "exercise", "check", "points", "max_points", "message",
    }  # fmt: skip
    batch.write_csv(tmp_path / "out.csv")
    with open(tmp_path / "out.csv", encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows["right"]["score"] == "4.0" and rows["right"]["max_score"] == "6.0"
    assert {s for s, one in found.items() if one.graded} <= set(rows)


def test_release_is_not_touched(graded, small_course):
    assert graded[0].chapter.release.read_bytes() == small_course.chapter.release.read_bytes()


def test_scores_are_those_of_stock_nbgrader(graded, small_course, tmp_path):
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory

    course, found, _ = graded
    other = small_course.copy(tmp_path / "stock")
    honest = ("mistaken", "syntax")
    for student in honest:
        other.hand_in(student, CLASS[student][0](course))
    config = gradebook.course_config(other.root)
    del config["Autograde"]
    gradebook.register(config, other.chapter)
    config.CourseDirectory.assignment_id = CHAPTER
    Autograde(coursedir=CourseDirectory(config=config), config=config).start()
    with gradebook.open_gradebook(config) as book:
        for student in honest:
            stock = gradebook.results(book, other.chapter, student, [])
            ours = found[student].results
            assert [(r.check, r.points) for r in stock] == [(r.check, r.points) for r in ours]


def test_stock_nbgrader_with_our_configuration_survives_damage(small_course, tmp_path):
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    course = small_course.copy(tmp_path / "api")
    for student in ("copies", "other_chapter", "exits"):
        course.hand_in(student, (CLASS | PROBLEMS)[student][0](course))
    config = gradebook.course_config(course.root)
    gradebook.register(config, course.chapter)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    worked = {one: api.autograde(CHAPTER, one)["success"] for one in ("copies", "exits")}
    assert all(worked.values())
    assert not api.autograde(CHAPTER, "other_chapter")["success"]
    with gradebook.open_gradebook(config) as book:
        assert [r.points for r in gradebook.results(book, course.chapter, "copies", [])][:3] == [
            2, 1, 1,
        ]  # fmt: skip
    assert api.generate_feedback(CHAPTER, "exits")["success"]
    assert "Summary of all exercises" in _page(course, "exits")


def _page(course, student):
    return (course.root / "feedback" / student / CHAPTER / "small.html").read_text("utf-8")


def _grade(course):
    batch = Batch(course.root)
    return {one.student: one for one in batch.run()}


def test_grading_again(small_course, tmp_path):
    course = small_course.copy(tmp_path / "again")
    course.hand_in("ana", course.worked())
    course.hand_in("bo", course.worked())
    _grade(course)
    config = gradebook.course_config(course.root)
    with gradebook.open_gradebook(config) as book:
        grade = book.find_grade("why", "small", CHAPTER, "ana")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.find_comment("why", "small", CHAPTER, "ana").manual_comment = "Nearly."
        book.db.commit()
    course.hand_in("ana", course.worked(None))
    course.hand_in("bo", "no notebook any more")
    again = _grade(course)
    # A grade given by hand survives, a new answer is graded anew.
    assert [r.points for r in again["ana"].results] == [0, 0, 1, 1.5]
    assert "Nearly." in _page(course, "ana")
    # A failed grading leaves no old grade and no old page standing.
    with gradebook.open_gradebook(config) as book:
        grades = book.find_submission_notebook("small", CHAPTER, "bo").grades
        assert [g.auto_score for g in grades] == [None] * 4
        assert all(g.needs_manual_grade for g in grades)
    assert not (course.root / "feedback" / "bo" / CHAPTER).exists()
    assert not (course.root / "autograded" / "bo" / CHAPTER).exists()


def test_a_chapter_that_changes_after_its_first_grading(small_course, tmp_path):
    course = small_course.copy(tmp_path / "changing")
    course.hand_in("ana", course.worked())
    _grade(course)
    nb = nbformat.read(course.chapter.notebook, as_version=4)
    new = next(c for c in nb.cells if cells.grade_id(c) == "relu-value")
    added = copy.deepcopy(new)
    added.id, added.metadata.nbgrader.grade_id = "new-check", "relu-law"
    nb.cells.insert(nb.cells.index(new) + 1, added)
    nbformat.write(without(nb, "neuron-purity"), course.chapter.notebook)
    (one,) = _grade(course).values()
    assert {r.check: r.points for r in one.results} == {
        "neuron-value": 2, "relu-value": 1, "relu-law": 1, "why": None,
    }  # fmt: skip


def test_a_chapter_that_is_not_built(small_course, tmp_path):
    course = small_course.copy(tmp_path / "unbuilt")
    course.hand_in("ana", course.worked())
    course.chapter.notebook.unlink()
    (one,) = _grade(course).values()
    assert one.problems == ["01_small is not built: run `dlcourse build 01_small`."]


def test_stopping_ends_the_kernels(small_course, tmp_path):
    course = small_course.copy(tmp_path / "stopped")
    for number in range(3):
        course.hand_in(f"student{number}", course.worked(LOOP if number else NEURON))
    batch = Batch(course.root, settings={"timeout": 60}, jobs=2)
    run = batch.run()
    assert next(run).graded
    run.close()  # what Ctrl-C does
    assert not any(one.graded for one in batch.submissions[1:])


def test_command_line(small_course, tmp_path):
    course = small_course.copy(tmp_path / "cli")
    course.hand_in("ana", course.worked())
    call = ["grade", "--root", str(course.root)]
    result = CliRunner().invoke(app, [*call, "1", "--json", str(tmp_path / "r.json")])
    assert result.exit_code == 0, result.output
    assert "4 / 6" in result.output and "why" in result.output
    assert len(json.loads((tmp_path / "r.json").read_text())) == 4
    course.hand_in("bo", "nothing")
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 1
    assert "bo, 01_small: small.ipynb is not a notebook" in result.output
    for wrong in (["7"], ["--json", str(tmp_path / "none" / "r.json")]):
        failure = CliRunner().invoke(app, [*call, *wrong]).exception
        assert isinstance(failure, CourseError)
    failure = CliRunner().invoke(app, ["grade", "--root", str(tmp_path)]).exception
    assert "is not a course" in str(failure)
    failure = CliRunner().invoke(app, ["grade", "--root", str(small_course.root)]).exception
    assert "Nothing to grade" in str(failure)


@pytest.mark.parametrize(
    "outputs",
    [
        [],
        [v4.new_output("stream", name="stdout", text="hm")],
        [v4.new_output("stream", name="stderr", text="hm")],
        [v4.new_output("error", ename="E", evalue="", traceback=[])],
        [v4.new_output("execute_result", {"text/plain": "0.5"})],
        [v4.new_output("execute_result", {"text/plain": "-1"})],
        [v4.new_output("execute_result", {"text/plain": "nan"})],
        [v4.new_output("execute_result", {"text/plain": "array(1)"})],
        [
            v4.new_output("display_data", {"text/plain": "1"}),
            v4.new_output("execute_result", {"text/plain": "0.25"}),
            v4.new_output("error", ename="E", evalue="", traceback=[]),
        ],
    ],
)
def test_points_follow_nbgrader(outputs):
    from nbgrader.utils import determine_grade

    marks = {"grade": True, "solution": False, "grade_id": "a-value", "points": 2}
    cell = v4.new_code_cell("", metadata={"nbgrader": marks}, outputs=outputs)
    assert verdict.points(cell) == determine_grade(cell)[0]
