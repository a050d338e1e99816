"""What a student gets back: one HTML page that works offline, without scripts, for a screen reader.

The batch renders it (worker.page); nbgrader's generate_feedback and formgrader's button write the
same page (nbgrader_config.py names the exporter and the preprocessor). The page is assembled from
parts that are text by construction: code is highlighted, outputs are escaped or PNG pictures,
Markdown loses its HTML.
"""

import base64
import binascii
import functools
from pathlib import Path

import bleach
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from dlcourse import cells, verdict

TAGS = (
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img",
    "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
)  # fmt: skip
MAX_LINES = 60


class FeedbackExporter(HTMLExporter):
    """nbconvert's HTML exporter with our template, whatever template others are set to use."""

    def __init__(self, config=None, **options):
        config = Config(config or {})
        config.FeedbackExporter.template_name = "student_page"
        config.FeedbackExporter.extra_template_basedirs = [str(Path(__file__).parent / "templates")]
        super().__init__(config=config, **options)


def view(nb, *, release, student, chapter, rows, comments, penalty):
    """What a student may see of a graded notebook, as a dict for the template.

    `rows` are verdict.Results with the final points, `comments` a grader's words by grade_id,
    `penalty` the points taken off for lateness.
    """
    return {
        "student": student,
        "chapter": chapter,
        "rows": rows,
        "points": max(0.0, sum(row.points or 0 for row in rows) - penalty),
        "max_points": sum(row.max_points for row in rows),
        "penalty": penalty,
        "notes": nb.metadata.get("dlcourse_notes", []),
        "parts": list(_parts(nb, release, rows, comments)),
        "light": _style("default"),
        "dark": _style("github-dark"),
    }


def render(page):
    """The page of a view, as HTML."""
    return _template().render(resources={"feedback": page})


@functools.cache
def _style(name):
    return HtmlFormatter(style=name).get_style_defs(".highlight")


@functools.cache
def _template():
    environment = FeedbackExporter().environment
    # A class has the same test cells, and often enough the same answers.
    highlight = functools.lru_cache(maxsize=1024)(Highlight2HTML(pygments_lexer="ipython3"))
    environment.filters["highlight_code"] = highlight
    return environment.get_template("index.html.j2")


def _parts(nb, release, rows, comments):
    """The cells that a student wrote in or was judged by, as dicts for the template."""
    given = {(cell.get("id"), cell.source.strip()) for cell in release.cells}
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
            part["outputs"] = list(_outputs(cell))
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
    if not source:
        return ""
    renderer = _Renderer(
        escape=True,
        allow_harmful_protocols=False,
        attachments=attachments or {},
        exclude_anchor_links=True,
    )
    return bleach.clean(
        MarkdownWithMath(renderer=renderer).render(source),
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


def _outputs(cell):
    """A cell's outputs as ("text" or "error", text) or ("png", base64); no HTML, no scripts.

    A test cell's error and score are not among them: they stand beside it.
    """
    for output in cell.outputs:
        if output.output_type == "stream":
            yield "text", _shorten(output.text)
        elif output.output_type == "error" and not cells.is_check(cell):
            text = verdict.ANSI.sub("", f"{output.ename}: {output.evalue}")
            yield "error", _shorten(text.removesuffix(": "))
        elif output.output_type in ("display_data", "execute_result") and not cells.is_check(cell):
            if picture := _png(output.data.get("image/png")):
                yield "png", picture
            elif "text/plain" in output.data:
                yield "text", _shorten(output.data["text/plain"])


def _shorten(text):
    text = verdict.ANSI.sub("", text)
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
