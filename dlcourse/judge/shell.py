"""The student's side: an IPython shell in this process, which keeps what its cells put out.

An output is (kind, content, more): stdout and stderr with text, display_data and execute_result
with ((mime type, text), ...), error with "name: text" and the student's own frames.
"""

import base64
import contextlib
import io
import sys
import tempfile

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from dlcourse.judge.failures import CELL, GIVEN, student_frames

MAX_TEXT = 500_000  # characters that a cell may write
MAX_DATA = 5_000_000  # characters of pictures and other results
REFUSED = ("pip", "conda", "mamba", "micromamba", "uv", "system", "sx", "sc")
REFUSED_CELLS = ("bash", "sh", "script", "system", "sx", "!", "perl", "ruby")


class Record:
    """The outputs of the cell that runs, in order; too much of them is cut off."""

    def __init__(self):
        self.start()

    def start(self):
        self.outputs, self.text, self.data = [], 0, 0
        self.waiting = False  # clear when the next output comes

    def stream(self, name, text):
        self._cleared()
        room = MAX_TEXT - self.text
        if room < 0:
            return
        self.text += len(text)
        if len(text) > room:
            text = text[:room] + "\n(Further text is left out.)\n"
        if self.outputs and self.outputs[-1][0] == name:
            self.outputs[-1][1].append(text)
        else:
            self.outputs.append((name, [text], ""))

    def result(self, kind, data):
        self._cleared()
        pairs = tuple((mime, _text(content)) for mime, content in data.items())
        self.data += sum(len(content) for _, content in pairs)
        if self.data <= MAX_DATA:
            self.outputs.append((kind, pairs, ""))

    def error(self, name, text, lines):
        self._cleared()
        self.outputs.append(("error", f"{name}: {text[:10_000]}", "\n".join(lines)[:20_000]))

    def clear(self, wait):
        self.waiting = True
        if not wait:
            self._cleared()

    def finished(self):
        """The outputs as plain data."""
        return tuple(
            (kind, "".join(content), more) if isinstance(content, list) else (kind, content, more)
            for kind, content, more in self.outputs
        )

    def _cleared(self):
        if self.waiting:
            self.outputs, self.waiting = [], False


def _text(content):
    if isinstance(content, bytes):
        return base64.b64encode(content).decode()
    return content if isinstance(content, str) else repr(content)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr while a cell runs."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, record, name):
        self.record, self.name = record, name

    def writable(self):
        return True

    def write(self, text):
        self.record.stream(self.name, str(text))
        return len(text)


class Display(DisplayPublisher):
    def publish(self, data, metadata=None, **more):
        self.shell.record.result("display_data", data)

    def clear_output(self, wait=False):
        self.shell.record.clear(wait)


class Results(DisplayHook):
    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.record.result("execute_result", format_dict)

    def finish_displayhook(self):
        pass


class Compiler(CachingCompiler):
    cell = f"{CELL}>"

    def get_code_name(self, raw_code, code, number):
        return self.cell


class Shell(InteractiveShell):
    displayhook_class, display_pub_class = Type(Results), Type(Display)
    compiler_class = Type(Compiler)

    def __init__(self, **settings):
        self.record = Record()
        self.interrupted = False
        super().__init__(**settings)
        for name in REFUSED:
            self.register_magic_function(_refuse, "line", name)
        for name in REFUSED_CELLS:
            self.register_magic_function(_refuse, "cell", name)

    def _tee(self, channel):
        """IPython's history would keep all that is printed once more, word by word."""
        return contextlib.nullcontext()

    def run(self, source, name, given=False):
        """Run one cell -> (outputs, name of the error that ended it or "")."""
        self.record.start()
        self.compile.cell = f"{GIVEN if given else CELL}{name}>"
        # The course's own figures are known to all: drawing them would be most of the work.
        self.display_formatter.formatters["image/png"].enabled = not given
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream(self.record, "stdout"), Stream(self.record, "stderr")
        try:
            result = self.run_cell(source, store_history=True)
        finally:
            sys.stdout, sys.stderr = before
        error = result.error_before_exec or result.error_in_exec
        return self.record.finished(), type(error).__name__ if error is not None else ""

    def showtraceback(self, exc_tuple=None, *args, **options):
        kind, error, tb = self._get_exc_info(exc_tuple)
        lines = [
            line
            for function, number, source in student_frames(tb)
            for line in (f"in {function}, line {number}:", f"    {source}")
        ]
        self._record_error(kind.__name__, error, lines)

    def showsyntaxerror(self, *args, **options):
        kind, error, _ = self._get_exc_info()
        lines = []
        if isinstance(error, SyntaxError) and error.text:
            lines = [f"line {error.lineno}:", f"    {error.text.strip()[:200]}"]
        self._record_error(kind.__name__, error, lines)

    showindentationerror = showsyntaxerror

    def _record_error(self, name, error, lines):
        try:
            text = str(getattr(error, "msg", "") or error)
        except BaseException:  # a student's __str__ may do anything
            text = ""
        self.record.error(name, text, [*lines, f"{name}: {text}"])

    def system(self, command):
        _refuse()

    getoutput = system_raw = system_piped = system

    def enable_gui(self, gui=None):
        pass

    def ask_exit(self):
        raise SystemExit


def _refuse(*arguments):
    """Shell commands and installations."""
    raise UsageError("Shell commands and installations are not run in grading.")


def no_input(*arguments):
    """In place of `input`."""
    raise RuntimeError("input() cannot ask anybody in grading.")


def new_shell():
    """The one shell of this process, with matplotlib's figures as pictures."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    with tempfile.TemporaryDirectory() as folder:  # asked for, and with history off never used
        shell = Shell.instance(config=config, ipython_dir=folder)
    shell.enable_matplotlib("inline")
    return shell
