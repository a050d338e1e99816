"""Groundwork of the judge (sandbox, fork server, wire): no command of the course uses it yet."""
