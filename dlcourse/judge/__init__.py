"""The judge: verdicts computed where student code cannot reach (docs/judge.md)."""
