"""Hostile text in what the agent read, and where it went.

Three findings are made: `hidden-text` (people do not see it), `instruction-text` (it speaks to the agent; at most
medium, since much honest text does) and `taint`: a call carried out what the text asked for, with values that only
the text had. What a call does weighs more than how the text is worded. Values out of ordinary data are normal work.

    a part     inputs (begin here)
    in a text  signs (is it worth a look?), folding and unwrapping (one reading for all dress), hidden, shapes
               (instructions), own (phrases of the user's)
    in a call  sinks (what reaches beyond the run), values and forms (what can be found again elsewhere), weighing,
               delegation (what the user left to others to say)
    outward    leaks: what goes out that should stay, tools that are swapped
    for all    found: makes a finding
"""
