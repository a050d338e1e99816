"""The judge: verdicts computed outside the process that runs student code."""
