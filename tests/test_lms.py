"""A class that comes from Canvas or Moodle, and goes back there graded."""

import csv
import io
import zipfile

import nbformat
import pytest
from typer.testing import CliRunner

from dlcourse import gradebook, lms
from dlcourse.cli import app
from dlcourse.course import CourseError
from dlcourse.grade import Batch
from tests.small_course import CHAPTER

CANVAS = {
    "haddadamina_4711_90001_small.ipynb": "right",
    "okaforben_LATE_4712_90002_small-1.ipynb": "wrong",
    "okaforben_LATE_4712_90005_small-2.ipynb": "right",
    "rossicarla_4713_90003_notes.pdf": "pdf",
    "who knows.ipynb": "right",
}
MOODLE = {
    "Amina Haddad_501_assignsubmission_file/small.ipynb": "right",
    "Ben Ó Kafor_502_assignsubmission_file_/small (2).ipynb": "wrong",
    "Carla Rossi_503_assignsubmission_file_small.ipynb": "right",
}


def archive(course, path, names):
    works = {
        "right": nbformat.writes(course.worked()),
        "wrong": nbformat.writes(course.worked("def neuron(x, w, b):\n    return x @ w\n")),
        "pdf": "%PDF",
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, kind in names.items():
            info = zipfile.ZipInfo(name, date_time=(2026, 11, 20, 23, 30, 0))
            file.writestr(info, works[kind])
    return path


@pytest.mark.parametrize(("system", "names"), [("canvas", CANVAS), ("moodle", MOODLE)])
def test_there_and_back(small_course, tmp_path, system, names):
    course = small_course.copy(tmp_path / "course")
    download = archive(course, tmp_path / "all.zip", names)
    root = ["--root", str(course.root)]
    done = CliRunner().invoke(app, ["import", "1", str(download), *root])
    assert done.exit_code == 0, done.output
    found = {one.student: one for one in Batch(course.root).run()}
    target = tmp_path / "grades.csv"
    done = CliRunner().invoke(app, ["export", "1", str(target), "--to", system, *root])
    assert done.exit_code == 0, done.output
    rows = list(csv.reader(io.StringIO(target.read_text("utf-8"))))
    if system == "canvas":
        assert set(found) == {"haddadamina-4711", "okaforben-4712"}
        assert "who knows.ipynb is named neither" in lms.read(zipfile.ZipFile(download))[1][1]
        assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", CHAPTER]
        assert rows[1][-1] == "6"
        assert [(row[1], row[-1]) for row in rows[2:]] == [("4711", "4"), ("4712", "4")]
    else:
        assert set(found) == {"amina.haddad-501", "ben.ó.kafor-502", "carla.rossi-503"}
        grades = {row[0]: (row[1], row[3]) for row in rows[1:]}
        assert grades["Participant 502"] == ("Ben Ó Kafor", "2")
        assert rows[0] == ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade"]


def test_lateness_counts_by_nbgraders_own_fields(small_course, tmp_path):
    course = small_course.copy(tmp_path / "course")
    config_file = course.root / "nbgrader_config.py"
    config_file.write_text(
        config_file.read_text() + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
    )
    download = archive(course, tmp_path / "all.zip", CANVAS)
    CliRunner().invoke(app, ["import", "1", str(download), "--root", str(course.root)])
    config = gradebook.course_config(course.root)
    with gradebook.open_gradebook(config) as book:
        book.update_or_create_assignment(CHAPTER, duedate="2026-11-20 23:00:00 UTC")
    for one in Batch(course.root).run():
        assert one.graded
        page = (course.root / "feedback" / one.student / CHAPTER / "small.html").read_text("utf-8")
        assert "4 points were taken off for lateness" in page and ">0 of 6 points" in page
    text, _ = lms.export(config, course.chapter, "canvas")
    assert [row.rsplit(",")[-1] for row in text.splitlines()[2:]] == ["0", "0"]
    with gradebook.open_gradebook(config) as book:
        book.update_or_create_assignment(CHAPTER, duedate="2026-11-21 23:00:00 UTC")
    for one in Batch(course.root, force=True).run():
        assert one.graded
    text, _ = lms.export(config, course.chapter, "canvas")
    assert [row.rsplit(",")[-1] for row in text.splitlines()[2:]] == ["4", "4"]


def test_what_is_no_download(small_course, tmp_path):
    course = small_course.copy(tmp_path / "course")
    (tmp_path / "no.zip").write_text("no")
    empty = archive(course, tmp_path / "empty.zip", {"a.txt": "pdf", "b.ipynb": "right"})
    config = gradebook.course_config(course.root)
    with gradebook.open_gradebook(config) as book:
        for path, sentence in ((tmp_path / "no.zip", "is not a zip"), (empty, "holds no notebook")):
            with pytest.raises(CourseError, match=sentence):
                lms.import_zip(course.root, course.chapter, path, book=book)


def test_no_entry_leaves_its_folder(small_course, tmp_path):
    """A name in a zip file may climb: only its last part, made plain, is used."""
    course = small_course.copy(tmp_path / "course")
    evil = {
        "../../../etc/evil_1_2_small.ipynb": "right",
        "..\\..\\x_3_4_small.ipynb": "right",
        "../Eve/../.._9_assignsubmission_file/../../small.ipynb": "right",
    }
    download = archive(course, tmp_path / "evil.zip", evil)
    CliRunner().invoke(app, ["import", "1", str(download), "--root", str(course.root)])
    written = {p for p in tmp_path.rglob("*.ipynb") if "submitted" in p.parts}
    assert written
    for path in written:
        assert path.parent.parent.parent == course.root / "submitted"
        assert path.resolve().is_relative_to(course.root / "submitted")
