"""`python -m dlcourse ...` and the `dlcourse` program."""

import sys


def main():
    """Run the command line, or say which extra it needs."""
    try:
        from dlcourse.cli import main as run

        run()
    except ModuleNotFoundError as error:
        sys.exit(
            f"This command needs {error.name}, which is not installed. In the course's folder run: "
            "pip install -e '.[grading]' (students: '.[course]')"
        )


if __name__ == "__main__":
    main()
