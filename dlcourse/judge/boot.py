"""The program that `zygote.py` starts, as a file: it finds the packages, then imports the rest.

Its standard input is the control socket, its argument the configuration as JSON.
"""

import gc
import json
import signal
import sys


def find_packages(config: dict) -> None:
    """Search where the host does; last, so that nothing there hides the standard library."""
    sys.path += [path for path in config["paths"] if path not in sys.path]


def main() -> None:
    config = json.loads(sys.argv[1])
    find_packages(config)
    if config.get("single"):
        from dlcourse.judge.processes import serve_one

        serve_one(config)
    from dlcourse.judge import entering, forkserver

    control = entering.socket_from_stdin()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the host
    entering.warm(config)
    entering.new_seed()  # its first call imports for 9 ms
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page it shares with a child
    forkserver.ForkServer(config, control).serve()


if __name__ == "__main__":
    main()
