"""Submissions from a learning management system's download, and grades back to it.

Canvas names each file `studentname_[LATE_]USER_SUBMISSION_file[-2].ipynb`; Moodle puts each
student's files below `First Last_PARTICIPANT_assignsubmission_file[_]`, or joins both by `_`.
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from nbgrader.api import MissingEntry

from dlcourse import gradebook
from dlcourse.course import CourseError
from dlcourse.grade import write_bytes
from dlcourse.submission import MAX_BYTES

CANVAS = re.compile(
    r"(?P<name>[^_/]+)_(?:(?P<late>LATE)_)?(?P<id>\d+)_(?P<submission>\d+)_(?P<file>[^/]+)"
)
MOODLE = re.compile(
    r"(?P<name>[^_/]+)_(?P<id>\d+)_assignsubmission_file_?(?:/(?P<path>.+)|(?P<file>[^/]+))"
)


@dataclass(frozen=True)
class Entry:
    """One notebook in a download: whose it is, and what the system calls the student."""

    student: str  # the folder's name below submitted/
    name: str
    identifier: str
    info: zipfile.ZipInfo
    attempt: int = 1


def read(archive):
    """The Entries of a zip file, the last attempt of each student, and sentences on the rest."""
    found, odd = {}, []
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if info.is_dir() or path.suffix != ".ipynb":
            if not info.is_dir():
                odd.append(f"{info.filename} is no notebook: left out.")
            continue
        entry = _entry(info)
        if entry is None:
            odd.append(f"{info.filename} is named neither as Canvas nor as Moodle does: left out.")
        elif info.file_size > MAX_BYTES:
            odd.append(f"{info.filename} has more than {MAX_BYTES // 10**6} MB: left out.")
        elif entry.student not in found or found[entry.student].attempt <= entry.attempt:
            found[entry.student] = entry
    return list(found.values()), odd


def _entry(info):
    name = info.filename
    if match := MOODLE.search(name):
        student = f"{_plain(match['name'])}-{match['id']}"
        return Entry(student, match["name"], f"Participant {match['id']}", info)
    if match := CANVAS.fullmatch(PurePosixPath(name).name):
        attempt = re.search(r"-(\d+)\.ipynb$", match["file"])
        student = f"{_plain(match['name'])}-{match['id']}"
        number = int(attempt[1]) if attempt else 0
        return Entry(student, match["name"], match["id"], info, number)
    return None


def _plain(name):
    """A name as a folder's: letters, digits, dots."""
    return re.sub(r"[^\w]+", ".", name.strip().lower()).strip(".") or "student"


def import_zip(root, chapter, path, *, book):
    """Unpack a download into submitted/; returns the Entries and sentences on the rest.

    The file's time in the archive becomes nbgrader's timestamp, by which lateness is counted.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile):
        raise CourseError(f"{path} is not a zip file that can be read.") from None
    with archive:
        entries, odd = read(archive)
        if not entries:
            raise CourseError(f"{path} holds no notebook named as Canvas or Moodle name them.")
        for entry in entries:
            folder = root / "submitted" / entry.student / chapter.name
            try:
                data = archive.read(entry.info)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
                odd.append(f"{entry.info.filename} cannot be unpacked: {error}.")
                continue
            write_bytes(folder / f"{chapter.topic}.ipynb", data)
            when = datetime(*entry.info.date_time, tzinfo=UTC)
            write_bytes(folder / "timestamp.txt", f"{when:%Y-%m-%d %H:%M:%S} UTC\n".encode())
            book.update_or_create_student(
                entry.student, last_name=entry.name, lms_user_id=entry.identifier
            )
    return entries, odd


def export(config, chapter, system):
    """The grades of a chapter as a CSV that Canvas or Moodle takes in."""
    with gradebook.open_gradebook(config) as book:
        try:
            assignment = book.find_assignment(chapter.name)
        except MissingEntry:
            raise CourseError(f"Nothing is graded of {chapter.name}: `dlcourse grade`.") from None
        most = float(assignment.max_score)
        rows = []
        for student in book.students:
            try:
                one = book.find_submission(chapter.name, student.id)
            except MissingEntry:
                continue
            score = max(0.0, one.score - (one.late_submission_penalty or 0))
            rows.append((student, score, one.needs_manual_grade))
    write = _canvas if system == "canvas" else _moodle
    file = io.StringIO(newline="")
    write(csv.writer(file), chapter, most, rows)
    return file.getvalue(), [student.id for student, _, waits in rows if waits]


def _canvas(writer, chapter, most, rows):
    """Canvas's gradebook columns; the second line says what the assignment is worth."""
    writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", chapter.name])
    writer.writerow(["    Points Possible", "", "", "", "", f"{most:g}"])
    for student, score, _ in rows:
        name = student.last_name or student.id
        writer.writerow([name, student.lms_user_id or "", "", student.id, "", f"{score:g}"])


def _moodle(writer, chapter, most, rows):
    """The columns of Moodle's offline grading worksheet."""
    writer.writerow(["Identifier", "Full name", "Email address", "Grade", "Maximum Grade"])
    for student, score, _ in rows:
        identifier = student.lms_user_id or student.id
        name = student.last_name or student.id
        writer.writerow([identifier, name, student.email or "", f"{score:g}", f"{most:g}"])
