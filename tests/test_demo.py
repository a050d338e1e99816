"""The demo class: made the same every time, and graded with exactly the points it must get."""

import contextlib
import io
import re
import shutil
from pathlib import Path

import nbformat
import pytest
import typer
from typer.testing import CliRunner

import dlutils
from dlcourse import cells, cli_grading, course, demo, gradebook, planting, verdict
from dlcourse.course import CourseError
from dlcourse.grade import Batch
from dlutils import checks, mistakes

ROOT = Path(__file__).parents[1]
BUILT = [one for one in course.chapters(ROOT) if one.notebook.is_file() and one.release.is_file()]

app = typer.Typer()
app.command("demo")(cli_grading.demo)
app.command("grade")(cli_grading.grade)


def _expected(chapter, work):
    """Points by check: what is right has them all, a mistake loses the checks it fails here."""
    points = {}
    nb = nbformat.read(chapter.notebook, as_version=4)
    asked = [cells.exercise(cell) for cell in nb.cells if cells.is_solution(cell)]
    for cell in nb.cells:
        name = cells.exercise(cell)
        if cells.is_check(cell):
            written = name in work.answers
            # A backward stands beside the student's own forward, whose cache it reads.
            beside = {name, name.replace("_backward", "_forward")} & set(work.wrong)
            wrong = [work.wrong[one] for one in beside]
            passed = written and (not wrong or _passes(cell, wrong, asked))
            points[cells.grade_id(cell)] = verdict.max_points(cell) if passed else 0
        elif cells.is_answer(cell):
            points[name] = None if work.words else 0
    return points


def _passes(check, wrong, asked):
    """Run a test cell in this process, everything but the mistakes being the library's."""
    if None in wrong:
        return False
    names = {name: getattr(dlutils, name) for name in asked} | {"__name__": "__main__"}
    for mistake in wrong:
        names |= {name: getattr(checks, name) for name in cells.GIVEN.get(mistake.exercise, ())}
        names[mistake.exercise] = mistake.implementation
    own = cells.exercise(check)
    if own not in {mistake.exercise for mistake in wrong}:
        # A right answer of the student's: the library's own would get the library's cache.
        right = names[own]
        names[own] = lambda *given, **named: right(*given, **named)
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(check.source, names)
        except AssertionError:
            return False
    return True


def test_every_point_of_the_class(tmp_path):
    stories = dict(demo.make(tmp_path / "demo", ROOT))
    assert len(stories) == 12
    batch = Batch(tmp_path / "demo", settings={"timeout": 40})
    found = {(one.student, one.chapter.name): one for one in batch.run()}
    assert batch.flawless and len(found) == 12 * len(BUILT)
    for chapter in BUILT:
        for student, work in demo.plan(chapter, first=chapter == BUILT[0]).items():
            one = found[student, chapter.name]
            points = {result.check: result.points for result in one.results}
            assert points == _expected(chapter, work), (student, chapter.name)
            for name in work.wrong:
                assert any(r.exercise == name and not r.passed for r in one.results)
    _check_accidents(found, BUILT[0].name)


def test_stock_nbgrader_gives_the_same_scores(tmp_path):
    """The first chapter's class but for the endless loop, which stops stock nbgrader for long."""
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory

    root = tmp_path / "demo"
    demo.make(root, ROOT)
    for chapter in BUILT[1:]:
        shutil.rmtree(root / "solutions" / chapter.name)
        shutil.rmtree(root / "course" / chapter.name)
    shutil.rmtree(root / "submitted" / "jun.tanaka")
    ours = {}
    for one in Batch(root).run():
        if one.chapter.name == BUILT[0].name:
            ours[one.student] = [(r.check, r.points) for r in one.results]
    (root / "gradebook.db").unlink()
    shutil.rmtree(root / "autograded")
    config = gradebook.course_config(root)
    del config["Autograde"]
    (chapter,) = course.chapters(root)
    gradebook.register(config, chapter)
    config.CourseDirectory.assignment_id = chapter.name
    Autograde(coursedir=CourseDirectory(config=config), config=config).start()
    with gradebook.open_gradebook(config) as book:
        for student, points in ours.items():
            stock = gradebook.results(book, chapter, student, [])
            assert [(r.check, r.points) for r in stock] == points, student
    assert len(ours) == 11


def _check_accidents(found, first):
    messages = {
        student: " ".join(result.message for result in found[student, first].results)
        for student, _ in found
    }
    assert "infinite loop" in messages["jun.tanaka"]
    assert "its cell failed with SyntaxError" in messages["ivan.petrov"]
    assert "not written yet" in messages["gustav.lind"]
    assert any("put back" in note for note in found["lena.maier", first].notes)
    assert any("course version 0.0.1" in note for note in found["lena.maier", first].notes)
    assert found["amina.haddad", first].notes == []


@pytest.mark.parametrize("chapter", BUILT, ids=lambda chapter: chapter.name)
def test_careless_students_differ(chapter):
    plans = demo.plan(chapter, first=False)
    wrong = [
        tuple(sorted(mistake.name for mistake in plans[student].wrong.values()))
        for student in demo.CARELESS
    ]
    assert len(set(wrong)) == len(wrong) and all(wrong)
    for student in demo.CARELESS:
        points = _expected(chapter, plans[student])
        for exercise in plans[student].wrong:
            assert 0 in [given for check, given in points.items() if check.startswith(exercise)]
    assert plans == demo.plan(chapter, first=False)


@pytest.mark.parametrize("chapter", BUILT, ids=lambda chapter: chapter.name)
def test_every_mistake_can_be_planted(chapter):
    right = planting.reference(nbformat.read(chapter.notebook, as_version=4))
    for exercise in right:
        for mistake in mistakes.of(exercise):
            source = planting.as_answer(mistake, right)
            names = {name: getattr(dlutils, name) for name in right}
            exec(source, names)
            assert names[exercise] is not getattr(dlutils, exercise)
            assert not re.search(r"^@mistake", source, flags=re.M)
            missing = cells.used(source) - set(names) - _imported(chapter)
            assert not missing, (mistake.name, missing)


def _imported(chapter):
    nb = nbformat.read(chapter.notebook, as_version=4)
    ordinary = [c for c in nb.cells if c.cell_type == "code" and not cells.grade_id(c)]
    return set().union(*(cells.bound(cell.source) for cell in ordinary))


def test_only_an_empty_folder_or_a_demo_is_overwritten(small_course, tmp_path):
    target = tmp_path / "demo"
    call = ["demo", str(target), "--root", str(small_course.root)]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 0 and "amina.haddad" in result.output
    assert (target / "submitted" / "lena.maier" / "01_small" / "small.ipynb").is_file()
    (target / "gradebook.db").touch()
    assert CliRunner().invoke(app, call).exit_code == 0
    assert not (target / "gradebook.db").exists()
    (target / demo.MARKER).unlink()
    failure = CliRunner().invoke(app, call).exception
    assert isinstance(failure, CourseError) and "not empty and no earlier demo" in str(failure)
    assert (target / "submitted").is_dir()


def test_without_a_built_chapter(tmp_path):
    (tmp_path / course.CONFIG).touch()
    with pytest.raises(CourseError, match="No chapter is built yet"):
        demo.make(tmp_path / "demo", tmp_path)
