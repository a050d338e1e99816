"""Entry functions of test_judge_sandbox.py: they run in the zygote's children."""

import json
import traceback


def echo(sock):
    """Send back what comes, until the other end closes."""
    while data := sock.recv(4096):
        sock.sendall(data)


def run(sock):
    """Run each source that comes, one JSON string a line; answer with `result`, or the error."""
    for line in sock.makefile("r", encoding="utf-8"):
        names = {"sock": sock, "result": None}
        try:
            exec(json.loads(line), names)
            answer = {"result": names["result"]}
        except BaseException as error:
            answer = {"error": type(error).__name__, "text": traceback.format_exc()}
        sock.sendall(json.dumps(answer).encode() + b"\n")
