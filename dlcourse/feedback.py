"""What a student gets back: one HTML page that works offline, without scripts, for a screen reader.

nbgrader's generate_feedback makes it (nbgrader_config.py names the exporter and the preprocessor),
so formgrader's button writes the same page. The page is assembled from parts that are text by
construction: code is highlighted, outputs are escaped or PNG pictures, Markdown loses its HTML.
"""

import base64
import binascii
import glob
from pathlib import Path

import bleach
import nbformat
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from dlcourse import cells, gradebook, verdict
from dlcourse.autograde import course_root
from dlcourse.course import Chapter
from dlcourse.submission import quiet

TAGS = (
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img",
    "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
)  # fmt: skip
LEFT_OUT = "[left out: this repeats hidden tests]"
MAX_LINES = 60


class FeedbackExporter(HTMLExporter):
    """nbconvert's HTML exporter with our template, whatever template others are set to use."""

    def __init__(self, config=None, **options):
        config = Config(config or {})
        config.FeedbackExporter.template_name = "student_page"
        config.FeedbackExporter.extra_template_basedirs = [str(Path(__file__).parent / "templates")]
        super().__init__(config=config, **options)


class StudentView(NbGraderPreprocessor):
    """Reduces an autograded notebook to what its student may see, in `resources["feedback"]`."""

    def preprocess(self, nb, resources):
        found = resources["nbgrader"]
        chapter = Chapter(Path(course_root(self)), found["assignment"])
        with Gradebook(found["db_url"]) as book:
            rows = gradebook.results(book, chapter, found["student"], verdict.results(nb))
            notebook = book.find_submission_notebook(chapter.topic, chapter.name, found["student"])
            comments = {one.name: one.comment for one in notebook.comments if one.comment}
            penalty = notebook.late_submission_penalty or 0
        resources["feedback"] = {
            "student": found["student"],
            "chapter": chapter.name,
            "rows": rows,
            "points": sum(row.points or 0 for row in rows) - penalty,
            "max_points": sum(row.max_points for row in rows),
            "penalty": penalty,
            "notes": nb.metadata.get("dlcourse_notes", []),
            "parts": list(_parts(nb, chapter, rows, comments)),
            "light": HtmlFormatter(style="default").get_style_defs(".highlight"),
            "dark": HtmlFormatter(style="github-dark").get_style_defs(".highlight"),
        }
        return nb, resources


def folder(config, submission):
    """feedback/STUDENT/CHAPTER of a submission."""
    coursedir = CourseDirectory(config=config)
    return Path(
        coursedir.format_path(
            coursedir.feedback_directory, submission.student, submission.chapter.name
        )
    )


def write(config, submission):
    """Write the page of a graded submission; returns sentences on what went wrong."""
    config = Config(config)
    config.CourseDirectory.student_id = glob.escape(submission.student)
    config.CourseDirectory.assignment_id = submission.chapter.name
    converter = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
    converter.force = True
    try:
        with quiet():
            converter.start()
    except Exception as error:
        return [f"No feedback could be written: {type(error).__name__}: {error}"]
    return []


def _parts(nb, chapter, rows, comments):
    """The cells that a student wrote in or was judged by, as dicts for the template."""
    secrets = _secrets(nb)
    given = _given(chapter)
    rows = {row.check: row for row in rows}
    for cell in nb.cells:
        name = cells.grade_id(cell)
        part = {
            "name": name,
            "exercise": cells.exercise(cell),
            "row": rows.get(name),
            "comment": markdown(comments.get(name, "")),
            "outputs": [],
        }
        if cell.cell_type == "code":
            part["code"] = cells.visible(cell.source) if cells.is_check(cell) else cell.source
            part["outputs"] = list(_outputs(cell, secrets))
        if cells.is_check(cell):
            yield part | {"kind": "check"}
        elif cells.is_solution(cell):
            yield part | {"kind": "solution"}
        elif cells.is_answer(cell):
            yield part | {"kind": "answer", "text": markdown(cell.source, cell.get("attachments"))}
        elif (cell.get("id"), cell.source.strip()) in given or not cell.source.strip():
            continue
        elif cell.cell_type == "code":
            yield part | {"kind": "code"}
        elif cell.cell_type == "markdown":
            yield part | {"kind": "text", "text": markdown(cell.source, cell.get("attachments"))}


def markdown(source, attachments=None):
    """A student's or grader's Markdown as HTML that holds no HTML of theirs."""
    renderer = _Renderer(
        escape=True,
        allow_harmful_protocols=False,
        attachments=attachments or {},
        exclude_anchor_links=True,
    )
    return bleach.clean(
        MarkdownWithMath(renderer=renderer).render(source or ""),
        tags=TAGS,
        attributes=_allowed,
        protocols=("http", "https", "mailto", "data"),
        strip=True,
    )


class _Renderer(IPythonRenderer):
    def image(self, text, url, title=None):
        """Pictures pasted into the cell only: nothing is fetched from elsewhere."""
        pasted = url.startswith("attachment:")
        return super().image(text, url, title) if pasted else self.text(f"[picture: {text}]")


def _allowed(tag, name, value):
    if tag == "img":
        return name == "alt" or (name == "src" and value.startswith("data:image/png;base64,"))
    if tag == "a":
        return name == "href" and not value.startswith("data:")
    return name == "class" and tag == "span"


def _given(chapter):
    """The release's own cells, which the student has anyway: (id, source)."""
    if not chapter.release.is_file():
        return set()
    release = nbformat.read(chapter.release, as_version=4)
    return {(cell.get("id"), cell.source.strip()) for cell in release.cells}


def _secrets(nb):
    """Lines of hidden tests, which an output may repeat (a student can print the history)."""
    lines = set()
    for cell in nb.cells:
        if cells.is_check(cell):
            lines |= {line.strip() for line in cells.hidden(cell.source).splitlines()}
    return {line for line in lines if len(line) > 12}


def _outputs(cell, secrets):
    """A cell's outputs as ("text" or "error", text) or ("png", base64); no HTML, no scripts.

    A test cell's error is not among them: its message stands beside its points.
    """
    for output in cell.outputs:
        if output.output_type == "stream":
            yield "text", _shorten(output.text, secrets)
        elif output.output_type == "error" and not cells.is_check(cell):
            text = verdict.ANSI.sub("", f"{output.ename}: {output.evalue}")
            yield "error", _shorten(text.removesuffix(": "), secrets)
        elif output.output_type in ("display_data", "execute_result"):
            if picture := _png(output.data.get("image/png")):
                yield "png", picture
            elif "text/plain" in output.data:
                yield "text", _shorten(output.data["text/plain"], secrets)


def _shorten(text, secrets):
    text = verdict.ANSI.sub("", text)
    plain = text.replace("\\n", "\n").replace("\\'", "'").replace('\\"', '"')
    if any(secret in text or secret in plain for secret in secrets):
        return LEFT_OUT
    lines = [line[:500] for line in text.splitlines()]
    if len(lines) > MAX_LINES:
        half = MAX_LINES // 2
        lines[half:-half] = [f"... {len(lines) - MAX_LINES} more lines ..."]
    return "\n".join(lines)


def _png(data):
    """The picture as base64 on one line, if it is a PNG at all."""
    try:
        raw = base64.b64decode("".join(str(data).split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return base64.b64encode(raw).decode() if raw.startswith(b"\x89PNG\r\n\x1a\n") else None
