"""The feedback page: what a student may see, in a form that nothing in it can abuse."""

import base64
from html.parser import HTMLParser

import pytest
from nbformat import v4
from traitlets.config import Config

from dlcourse import feedback, gradebook
from dlcourse.grade import Batch
from tests.small_course import CHAPTER, NEURON

DRAWS = """\
from IPython.display import HTML, Javascript, Image, SVG, display
display(HTML("<script>alert(3)</script><b>bold</b>"), Javascript("alert(4)"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(5)'/>"))
print("<script>alert(6)</script>", In)
import matplotlib.pyplot as plt
fig, ax = plt.subplots(figsize=(1, 1))
plt.show()
"""
SPIES = """\
import linecache
print("\\n".join("".join(lines) for _, _, lines, _ in
      [v for v in linecache.cache.values() if len(v) == 4] if "hidden=" in "".join(lines)))
1 / 0
"""
NOTE = (
    "<script>alert(1)</script>\n\n[x](javascript:alert(2)) ![y](https://evil.example/x.png) **me**"
)


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = {name: " ".join(value.split()) for name, value in attrs if value is not None}
        self.elements.append((tag, dict(sorted(attrs.items()))))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def batch(small_course, tmp_path_factory):
    """A class of two, graded; the second one is up to no good."""
    course = small_course.copy(tmp_path_factory.mktemp("feedback"))
    course.hand_in("ana", course.worked("def neuron(x, w, b):\n    return x @ w - 0.25\n"))
    bad = course.worked(
        NEURON.replace("return", "if len(x) > 3: return 0 * x\n    return"), why=NOTE
    )
    bad.cells += [v4.new_markdown_cell(NOTE), v4.new_code_cell(DRAWS), v4.new_code_cell(SPIES)]
    course.hand_in("<b>bo", bad)
    batch = Batch(course.root)
    for one in batch.run():
        assert one.graded and not one.problems
    return batch


@pytest.fixture(scope="module")
def pages(batch):
    """Its feedback, {student: html}."""
    return _pages(batch)


def _pages(batch):
    return {
        one.student: (gradebook.feedback_folder(batch.config, one) / "small.html").read_text(
            "utf-8"
        )
        for one in batch.submissions
    }


def test_says_what_was_earned_and_why(pages):
    page = Page(pages["ana"])
    assert "2 of 6 points" in page.text
    assert "neuron value ✗ failed 0 of 2 neuron: case 1 of 1" in page.text
    assert "relu value ✓ passed 1 of 1" in page.text
    assert "why in words … to be graded by hand – of 2" in page.text
    assert "return x @ w - 0.25" in "".join(page.words)


def test_nothing_hidden_gets_out(pages):
    for html in pages.values():
        for secret in ("17.25", "8.125", "HIDDEN", "hidden=True", "lines of lines"):
            assert secret not in html
    assert "hidden case 1 of 1" in Page(pages["<b>bo"]).text


def test_nothing_of_the_student_runs_or_loads(pages):
    page = Page(pages["<b>bo"])
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "svg", "object", "embed", "form", "link", "b"}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("src", "data:image/png;base64,").startswith("data:image/png;base64,")
        assert attributes.get("href", "#").startswith("#")
    assert "<script>alert(6)</script>" in page.text  # as text
    assert "<strong>me</strong>" in pages["<b>bo"]


def test_pictures_stay(pages):
    pictures = [a for tag, a in Page(pages["<b>bo"]).elements if tag == "img"]
    assert len(pictures) == 1 and pictures[0]["alt"]
    data = base64.b64decode(pictures[0]["src"].partition(",")[2])
    assert data.startswith(b"\x89PNG")


def test_is_accessible(pages):
    page = Page(pages["ana"])
    assert ("html", {"lang": "en"}) in page.elements
    tags = [tag for tag, _ in page.elements]
    assert {"title", "main", "h1", "caption"} <= set(tags)
    assert {a.get("scope") for tag, a in page.elements if tag == "th"} == {"col", "row"}
    targets = {a["href"][1:] for tag, a in page.elements if tag == "a"}
    assert targets <= {a.get("id") for _, a in page.elements}
    assert "prefers-color-scheme: dark" in pages["ana"]


def test_long_outputs_are_cut():
    text = feedback._shorten("\n".join(map(str, range(10_000))))
    assert len(text.splitlines()) == feedback.MAX_LINES + 1 and "9940 more lines" in text


def test_attachments_in_an_answer_are_shown_if_they_are_pictures():
    png = base64.b64encode(b"\x89PNG\r\n\x1a\nx").decode()
    shown = feedback.markdown("![plot](attachment:a.png)", {"a.png": {"image/png": png}})
    assert f'src="data:image/png;base64,{png}"' in shown
    html = base64.b64encode(b"<script>").decode()
    shown = feedback.markdown("![plot](attachment:a.png)", {"a.png": {"text/html": html}})
    assert "src" not in shown


def test_the_page_of_stock_nbgrader_is_the_same(batch, pages):
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    config = Config(batch.config)
    config.CourseDirectory.assignment_id = CHAPTER
    config.HTMLExporter.template_name = "feedback"  # as formgrader's button sets it
    converter = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
    converter.force = True
    converter.start()
    for student, html in _pages(batch).items():  # nbconvert rewrites it, in meaning it is the same
        ours, theirs = Page(pages[student]), Page(html)
        assert ours.text == theirs.text
        assert sorted(map(str, ours.elements)) == sorted(map(str, theirs.elements))
