"""Claims against effects: parts of the engine that see every item of one run and say what they find on its board.

`part` is what a part is. `actions*` holds business claims against the effects of the world's tools and feeds. `work`
holds coding claims against commands, checks, edits and commits: `work_seen` remembers in bounded space what was seen,
`work_checks`, `work_files` and `work_repo` judge claims of their kinds (`work_ruling`), `work_rigged` tells a weakened
test, `work_quiet` holds effects of weight that nobody mentioned. `heed*` holds what the agent says it was told and what
it says it found against the user's turns and the results of lookups.

MATCHING.md, a folder up, says in which order these rules decide.
"""
