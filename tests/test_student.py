"""dlcourse check: what a student sees of a notebook, untouched, half done or done."""

import subprocess
import sys

import nbformat
import pytest
import typer
from typer.testing import CliRunner

from dlcourse import cli_grading, student
from dlcourse.course import CourseError

app = typer.Typer()
app.command("check")(cli_grading.check)
app.command("try")(cli_grading.try_)


def _file(tmp_path, nb):
    path = tmp_path / "mine.ipynb"
    nbformat.write(nb, path)
    return path


def _check(path):
    before = path.read_bytes()
    result = CliRunner().invoke(app, ["check", str(path)])
    assert path.read_bytes() == before
    return result


def test_untouched(small_course):
    result = _check(small_course.chapter.release)
    assert result.exit_code == 1
    assert result.output.count("not written yet") == 3
    assert "0 of 4 points" in result.output and "not answered yet" in result.output


def test_half_done(small_course, tmp_path):
    work = small_course.worked("def neuron(x, w, b):\n    return x @ w\n", relu=None)
    result = _check(_file(tmp_path, work))
    assert result.exit_code == 1
    assert "✗ neuron-value   0 of 2" in result.output
    assert "the bias is not added" in result.output
    assert "✓ neuron-purity  1 of 1" in result.output
    assert "… relu-value     0 of 1  not written yet" in result.output
    assert "1 of 4 points" in result.output and "a person will grade it" in result.output


def test_done(small_course, tmp_path):
    result = _check(_file(tmp_path, small_course.worked()))
    assert result.exit_code == 0 and "4 of 4 points" in result.output


def test_hidden_tests_are_not_run(small_course, tmp_path):
    nb = nbformat.read(small_course.chapter.notebook, as_version=4)
    report = student.run(_file(tmp_path, nb))
    assert report.passed and len(report.results) == 3


def test_bad_files(tmp_path, small_course):
    empty = nbformat.v4.new_notebook()
    (tmp_path / "broken.ipynb").write_text("{")
    for path, sentence in [
        (tmp_path / "none.ipynb", "cannot be read"),
        (tmp_path / "broken.ipynb", "not JSON"),
        (small_course.chapter.text, "should end in .ipynb"),
        (_file(tmp_path, empty), "has no checks"),
    ]:
        with pytest.raises(CourseError, match=sentence):
            student.run(path)


def test_needs_no_nbgrader(small_course):
    code = (
        "import sys; sys.modules.update(nbgrader=None, nbconvert=None, jupytext=None)\n"
        "from pathlib import Path\nfrom dlcourse import cli_grading, student\n"
        f"assert not student.run(Path({str(small_course.chapter.release)!r})).passed"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
