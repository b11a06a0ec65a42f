"""The six views, one module each: Runs, Claims, Timeline, Diff, Ledger, Notes.

A view is a container of panes. It reads the desk when told to `update`, and never by itself.
"""
