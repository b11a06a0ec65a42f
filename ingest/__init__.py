"""Records in: the log files of agents and the feeds of other systems, turned into events of one model.

What comes in are bytes that anybody may have written; what goes out are the frozen values of `model` and counts of
what could not be read. `walk` finds log files, `adapters` knows their formats, `framing` cuts bytes into records,
`reader` reads a file as it grows, `watch` tells when to look again, `feeds` reads what other systems recorded, and
`witness` looks at the repositories that runs worked in.
Nothing here judges: claims, effects and gates are the business of `reconcile`.
"""
