"""`python -m dlcourse ...` and the `dlcourse` program."""

import sys


def main():
    """Run the command line, or say which extra it needs."""
    try:
        from dlcourse.cli import main as run
    except ModuleNotFoundError as error:
        sys.exit(f"dlcourse needs {error.name}. Install it with: pip install 'dlcourse[course]'")
    run()


if __name__ == "__main__":
    main()
