"""The drill: faults are injected into copies of recorded runs, to measure what share of them the check catches.

Logs come in and a measurement goes out; the files themselves are only read. `recorded` holds one log as events with
what the check says of it untouched. `world`, `work` and `hostile` make faults, as small pure functions that give edits
of the event stream (`mutation`; `flip` turns a pass into a failure, `elsewhere` lends calls of other logs); `faults`
lists them with the codes that count as catching each, and `fair` leaves out and counts what nobody could tell from the
log. `campaign` reads, samples, injects and judges; `share` gives the intervals.

A fault is injected only where the untouched run has a confirmed claim that rests on nothing but the mutated call (or a
landed write, where the fault adds something): only there does anything say what should have been noticed. So the share
tells how well claims that are read are matched. It does not tell how many claims are never read.
"""
