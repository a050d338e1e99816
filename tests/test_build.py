"""The build on a small course of its own: headers, rules, release, and what --check notices."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from dlcourse import build, course, source
from dlcourse.cli import app
from dlcourse.course import CourseError

ROOT = Path(__file__).parents[1]
TEXT = '''\
# %% [markdown]
# # 1. Neurons

# %% tags=["nbval-check-output"]
import numpy as np
print("hi")

# %% [markdown]
# ## Exercise 1.1: neuron

# %% solution="neuron"
def neuron(x, w, b):
    """Weighted sums."""
    ### BEGIN SOLUTION
    return x @ w + b
    ### END SOLUTION

# %% check="neuron" points=2
import numpy as np
from dlutils import checks
checks.agrees("neuron", neuron, checks.case(x=np.ones((1, 2)), w=np.ones(2), b=0.5))
### BEGIN HIDDEN TESTS
secret = 1
### END HIDDEN TESTS

# %% check="neuron" kind="purity" points=1
import numpy as np
from dlutils import checks
checks.unchanged("neuron", neuron, checks.case(x=np.ones((1, 2)), w=np.ones(2), b=0.5))

# %% experiment
trained = neuron(np.ones((1, 2)), np.ones(2), 0.0)

# %% play
import ipywidgets
import matplotlib.pyplot as plt
def draw(a):
    plt.plot([1, a])
    plt.show()
ipywidgets.interact(draw, a=(1.0, 2.0));

# %% [markdown] answer="why" points=2
# ### BEGIN SOLUTION
# Because. Two points for saying so.
# ### END SOLUTION
'''.replace(
    "secret = 1",
    'checks.agrees("neuron", neuron, checks.case(x=np.eye(2), w=np.ones(2), b=9.0), hidden=True)',
)


@pytest.fixture
def root(tmp_path):
    return write_course(tmp_path, TEXT)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = write_course(tmp_path_factory.mktemp("course"), TEXT)
    build.build(*course.chapters(root))
    return root


def write_course(root, text):
    folder = root / "solutions" / "01_neurons"
    folder.mkdir(parents=True)
    (folder / "neurons.py").write_text(text)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return root


def read(root, name):
    return nbformat.read(root / name / "01_neurons" / "neurons.ipynb", as_version=4)


def by_grade_id(nb):
    return {c.metadata.nbgrader.grade_id: c for c in nb.cells if "nbgrader" in c.metadata}


def test_headers_become_nbgrader_metadata(built):
    cells = by_grade_id(read(built, "solutions"))
    assert list(cells) == ["neuron", "neuron-value", "neuron-purity", "why"]
    assert cells["neuron"].metadata.nbgrader == {
        "grade": False, "grade_id": "neuron", "locked": False, "schema_version": 3,
        "solution": True, "task": False,
    }  # fmt: skip
    assert cells["neuron-value"].metadata.nbgrader.points == 2
    assert cells["neuron-value"].metadata.nbgrader.locked
    assert cells["why"].metadata.nbgrader.grade and cells["why"].metadata.nbgrader.solution


def test_the_release_holds_no_solution_hidden_test_or_output(built):
    text = (built / "course" / "01_neurons" / "neurons.ipynb").read_text()
    for leak in ("x @ w + b", "Because", "HIDDEN", "SOLUTION", "9.0", '"output_type"'):
        assert leak not in text
    cells = by_grade_id(read(built, "course"))
    assert cells["neuron"].source.endswith("raise NotImplementedError")
    assert cells["why"].source == "YOUR ANSWER HERE"
    assert [p.name for p in (built / "course").rglob("*") if p.is_file()] == ["neurons.ipynb"]


def test_outputs_are_executed_and_a_plaything_keeps_its_picture(built):
    cells = read(built, "solutions").cells
    assert cells[1].outputs[0].text == "hi\n"
    play = next(c for c in cells if "play" in c.metadata.get("tags", []))
    assert ["image/png" in o.data for o in play.outputs] == [True]


def test_notebooks_carry_chapter_and_version_and_no_trace_of_the_machine(built):
    for name in ("solutions", "course"):
        nb = read(built, name)
        assert nb.metadata.dlcourse.chapter == "01_neurons"
        assert set(nb.metadata) == {"dlcourse", "kernelspec", "language_info"}
        assert all("execution" not in cell.metadata for cell in nb.cells)


def test_ids_depend_on_nothing_but_the_source(root):
    chapter = course.chapters(root)[0]
    first = source.notebook(chapter, source.read(chapter))
    chapter.text.write_text(TEXT.replace('print("hi")', 'print("hello")'))
    second = source.notebook(chapter, source.read(chapter))
    changed = [a.id != b.id for a, b in zip(first.cells, second.cells, strict=True)]
    assert changed.count(True) == 1
    assert len({cell.id for cell in first.cells}) == len(first.cells)


def test_check_is_silent_when_fresh_and_names_what_is_stale(built, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(built, root)
    chapter = course.chapters(root)[0]
    assert list(build.stale([chapter])) == []

    chapter.text.write_text(TEXT.replace('"hi"', '"ho"'))
    assert list(build.stale([chapter])) == [
        "solutions/01_neurons/neurons.ipynb is stale: the source of cell 2 differs from the text."
    ]
    chapter.text.write_text(TEXT)
    (root / "course" / "notes.txt").write_text("stray")
    chapter.release.write_text(chapter.release.read_text().replace("Weighted", "Heavy"))
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    assert list(build.stale([chapter])) == [
        "course/01_neurons/neurons.ipynb is stale.",
        "course/notes.txt belongs to no chapter.",
    ]
    assert before == {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    result = CliRunner().invoke(app, ["build", "--check", "--root", str(root)])
    assert result.exit_code == 1
    assert "course/01_neurons/neurons.ipynb is stale." in result.output


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [
        ("# %% play", "# %% plya", 34, "malformed cell header 'plya'"),
        ('solution="neuron"', "solution=neuron", 11, "malformed cell header"),
        ("points=2\nimport", 'points="two"\nimport', 18, "check needs points=N"),
        ('kind="purity"', 'kind="pure"', 26, "kind='pure' is none of"),
        ('kind="purity" points', "points", 26, "duplicate exercise id neuron-value"),
        ('solution="neuron"', 'solution="nueron"', 18, "stands before its solution"),
        ("def neuron(", "def nueron(", 11, "does not define neuron"),
        ("    ### END SOLUTION\n", "", 11, "must come in pairs"),
        ("# ### BEGIN SOLUTION\n", "", 42, "must come in pairs"),
        ("return x @ w + b", "return x @ w + offset", 15, "uses offset"),
        ("return x @ w + b", "return x @ w + trained", 15, "uses trained"),
        ("return x @ w + b", "return x @", 15, "does not parse"),
        ("from dlutils import checks", "from dlutils import neuron", 20, "is not one"),
        ("import checks\n", "import checks\ny = 1\n", 21, "binds nothing but the modules"),
        ("x=np.ones((1, 2))", "x=data", 21, "uses data, which it neither imports"),
        ("9.0), hidden=True)", "9.0))", 23, "hidden part lacks hidden=True"),
        ("b=0.5))", "b=0.5), hidden=True)", 21, "visible part has hidden=True"),
        ('agrees("neuron", neuron,', 'agrees("neuron", neuron + 1,', 21, "an operator works on"),
        ('agrees("neuron", neuron,', 'agrees("neuron", type(neuron),', 21, "must not use type"),
        ("# # 1. Neurons", "# " + "word " * 130, 1, "130 words of prose"),
        ('print("hi")', "\n".join(["print()"] * 16), 4, "17 lines in a"),
        ("checks.unchanged(", "checks.normal(1, seed=0)\n" * 7 + "checks.unchanged(", 26, "10"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_one_sentence_with_file_and_line(root, old, new, line, part):
    chapter = course.chapters(root)[0]
    assert old in TEXT
    chapter.text.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(CourseError) as caught:
        build.read(chapter)
    sentence = str(caught.value)
    assert sentence.startswith(f"solutions/01_neurons/neurons.py:{line}: ")
    assert part in sentence and "\n" not in sentence


def test_a_cell_that_raises_is_named_with_its_line(root):
    chapter = course.chapters(root)[0]
    chapter.text.write_text(TEXT.replace('print("hi")', "1 / 0"))
    result = CliRunner().invoke(app, ["build", "1", "--root", str(root)])
    assert str(result.exception) == (
        "solutions/01_neurons/neurons.py:4: the cell raises ZeroDivisionError: division by zero"
    )
    assert not chapter.notebook.exists()


def test_chapters_are_found_by_folder_topic_or_number(root):
    for name in ("01_neurons", "neurons", "1", "01"):
        assert course.select(root, [name])[0].name == "01_neurons"
    with pytest.raises(CourseError, match=r"Unknown chapter '9'. The course has: 01_neurons"):
        course.select(root, ["9"])
    with pytest.raises(CourseError, match="No course found"):
        course.find_root(Path("/"))


def test_lab_never_overwrites_a_students_file(built):
    arguments = ["lab", "--no-launch", "--root", str(built)]
    assert "new: work/01_neurons/neurons.ipynb" in CliRunner().invoke(app, arguments).output
    mine = built / "work" / "01_neurons" / "neurons.ipynb"
    mine.write_text(json.dumps({"mine": True}))
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0 and "new:" not in result.output
    assert json.loads(mine.read_text()) == {"mine": True}
