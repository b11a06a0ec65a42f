"""Watching: logs and feeds are read as they grow, and what comes of them goes to the index and the ledger.

Of all processes on a home one holds the lease and is the `recorder`; `recorder_loop` is what it does on each turn.

    in         scout (which logs there are), live_source (one log), live_run (one run), rotation (was a log rotated?),
               feeds (each in a thread), shared (their rows that belong to no run)
    together   hub (all sources and runs), heartbeat (when somebody watched), notices (whom to tell)
    by hand    missed (a claim that a reviewer adds)
"""
