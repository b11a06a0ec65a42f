"""Claims against effects: parts of the engine that see every item of one run and say what they find on its board.

`part` is what a part is. `business` holds what the agent said it did in the world against the calls of the world's
tools and feeds; `coding` holds claims of checks, files and commits against commands, edits and repositories;
`conversation` holds what the agent says it was told and found against the user's turns and the results of lookups.
`concealing` knows words that play a failure down, `settling` what would settle a discrepancy of business.

MATCHING.md, a folder up, says in which order their rules decide.
"""
