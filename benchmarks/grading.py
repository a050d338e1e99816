"""Grade one class with stock nbgrader and with the judge: python benchmarks/grading.py

Chapters 2 and 3, right and wrong answers in turn. Prints seconds per submission and ratios, in one
run on one machine, and checks that the scores are the same. Rows:

    stock, full       nbgrader autograde on the notebooks as they are
    stock, stripped   the same without cells tagged experiment or play
    ours              dlcourse grade, from its command line
    ours, --run-all   dlcourse grade with experiments and playthings
    floor             what a grader could not do without: the cells that count executed in one warm
                      process, over the cores, plus reading, repair, pages and gradebook
    strict floor      the same, executing only the statements that graded code needs
"""

import argparse
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from dlcourse import cells, course, demo, gradebook, slicing
from dlcourse.record import Recorder
from dlcourse.task import Outcome

ROOT = Path(__file__).parents[1]
CHAPTERS = ("02_forward_pass", "03_backward_pass")


def make_class(folder, students, stripped=False):
    """A course with CHAPTERS only and so many submissions of each; {student: work} repeats."""
    demo.make(folder, ROOT)
    for chapter in course.chapters(folder):
        if chapter.name not in CHAPTERS:
            shutil.rmtree(chapter.notebook.parent)
            shutil.rmtree(chapter.release.parent)
    made = sorted((folder / "submitted").iterdir())
    models = [one for one in made if one.name not in ("jun.tanaka", "lena.maier")]
    works = [(one, {c: (one / c).glob("*.ipynb") for c in CHAPTERS}) for one in models]
    texts = [{c: next(files).read_text("utf-8") for c, files in work.items()} for _, work in works]
    shutil.rmtree(folder / "submitted")
    for number in range(students):
        for chapter, text in texts[number % len(texts)].items():
            nb = nbformat.reads(text, as_version=4)
            if stripped:
                nb.cells = [cell for cell in nb.cells if not cells.is_skipped(cell)]
            topic = course.Chapter(folder, chapter).topic
            target = folder / "submitted" / f"s{number:04}" / chapter / f"{topic}.ipynb"
            target.parent.mkdir(parents=True)
            nbformat.write(nb, target)
    return folder


def stock(folder):
    """Seconds of `nbgrader autograde` for both chapters, with nbgrader's own preprocessors."""
    config = gradebook.course_config(folder)
    del config["Autograde"]
    for chapter in course.chapters(folder):
        gradebook.register(config, chapter)
    begin = time.perf_counter()
    for chapter in course.chapters(folder):
        config.CourseDirectory.assignment_id = chapter.name
        converter = Autograde(coursedir=CourseDirectory(config=config), config=config)
        converter.log.setLevel("CRITICAL")
        with silence():
            converter.start()
    return time.perf_counter() - begin


class Memory(threading.Thread):
    """The most that this process and all its descendants held at once, seen once a second.

    Memory that several of them share counts once (proportional set size).
    """

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.done = 0, threading.Event()

    def run(self):
        while not self.done.wait(1):
            self.most = max(self.most, sum(map(held, family(os.getpid()))))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()


def family(pid):
    """A process and its descendants."""
    members = [pid]
    for member in members:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{member}/task").iterdir():
                members += map(int, (task / "children").read_text().split())
    return members


def held(pid):
    """Bytes of a process: its share of what it has in memory."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return 0


@contextlib.contextmanager
def silence():
    """Kernels that stock nbgrader starts warn on this process's own stderr."""
    before, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)


def ours(folder, *options):
    """Seconds of `dlcourse grade`, all that its user waits for once the chapters are registered."""
    config = gradebook.course_config(folder)
    for chapter in course.chapters(folder):
        gradebook.facts(config, chapter)
    command = [sys.executable, "-m", "dlcourse", "grade", *options]
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(f"dlcourse grade failed: {done.stdout}{done.stderr}")
    return seconds


def counting(nb):
    """A notebook's cells but experiments and playthings: what design and nbgrader would execute."""
    return [cell for cell in nb.cells if not cells.is_skipped(cell)]


def floor(folder, chosen=counting):
    """Cells executed in this warm process, plus reading, repair, page and gradebook.

    All over the cores, though a gradebook has one writer: no grader can be faster.
    """
    from dlcourse import repair, submission, worker
    from dlcourse.verdict import results

    config = gradebook.course_config(folder)
    submissions, _ = submission.find(folder, course.chapters(folder))
    facts = {c.name: gradebook.facts(config, c) for c in course.chapters(folder)}
    executing = storing = 0.0
    with Recorder(config) as recorder:
        for one in submissions:
            begin = time.perf_counter()
            known = facts[one.chapter.name]
            release = nbformat.reads(known.release, as_version=4)
            nb = submission.parse(submission.read(submission.choose(one)), "it")
            repair.repair(nb, release)
            repair.overwrite(nb, known.sources)
            recorder.enter(one)
            storing += time.perf_counter() - begin
            begin = time.perf_counter()
            names = {"__name__": "__main__"}
            for cell in chosen(nb):
                if cell.cell_type == "code":
                    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
                        exec(compile(cell.source, "cell", "exec"), names)
            executing += time.perf_counter() - begin
            begin = time.perf_counter()
            found = results(nb)
            recorder.write(one, Outcome(results=found))
            standing = recorder.standing(one, found)
            worker.page(nb, known, one.student, **standing)
            storing += time.perf_counter() - begin
    return (executing + storing) / (os.cpu_count() or 1)


def strict_floor(folder):
    return floor(folder, lambda nb: slicing.needed(nb).cells)


def scores(folder):
    """{(student, chapter): points} of the gradebook."""
    with gradebook.open_gradebook(gradebook.course_config(folder)) as book:
        return {
            (one.student.id, chapter.name): one.score
            for chapter in course.chapters(folder)
            for one in book.assignment_submissions(chapter.name)
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--only-ours", action="store_true", help="how cost grows with the class")
    parser.add_argument("--json", type=Path, help="write the same figures to this file")
    arguments = parser.parse_args()
    count = arguments.students * len(CHAPTERS)
    print(f"{arguments.students} students, {count} submissions, {os.cpu_count()} cores")
    rows, points = {}, {}
    plan = {
        "ours": (ours, False, ()),
        "ours, --run-all": (ours, False, ("--run-all", "--timeout", "300")),
        "stock, stripped": (stock, True, ()),
        "stock, full": (stock, False, ()),
        "floor": (floor, False, ()),
        "strict floor": (strict_floor, False, ()),
    }
    for name, (measure, stripped, options) in plan.items():
        if arguments.only_ours and name not in ("floor", "strict floor", "ours"):
            continue
        with tempfile.TemporaryDirectory() as place:
            folder = make_class(Path(place) / "class", arguments.students, stripped)
            with Memory() as memory:
                rows[name] = measure(folder, *options)
            if "floor" not in name:
                points[name] = scores(folder)
        most = f"{memory.most / 1e9:.2f} GB at most"
        print(f"{name:18}{rows[name] / count:8.3f} s a submission, {most}", flush=True)
    same = all(one == points["ours"] for one in points.values())
    print(f"scores identical: {same}")
    ratios = {
        f"{name} / ours": rows[name] / rows["ours"] for name in rows if name.startswith("stock")
    }
    if "stock, full" in rows:
        ratios["stock, full / ours, --run-all"] = rows["stock, full"] / rows["ours, --run-all"]
    for name in ("floor", "strict floor"):
        ratios[f"ours / {name}"] = rows["ours"] / rows[name]
    for name, ratio in ratios.items():
        print(f"{name:32}{ratio:6.2f}")
    if arguments.json:
        found = {"submissions": count, "seconds": rows, "ratios": ratios, "identical": same}
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")
    if not same:
        raise SystemExit("the scores differ")


if __name__ == "__main__":
    main()
