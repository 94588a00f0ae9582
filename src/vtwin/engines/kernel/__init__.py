"""The compiled engine: state machines over flat records, built into one machine-code entry.

Written from ``docs/semantics.md``, whose rule numbers (S-01 …) the code cites, and apart from
the reference engine: the two share the random draws and pure rules, nothing else.
"""
