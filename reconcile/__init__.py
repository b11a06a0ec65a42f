"""Claims against effects: what an agent said, what was seen to happen, and how the two differ.

Items go in, one at a time: events of `ingest`, rows of feeds, observations of repositories, ticks of time. Changes come
out: a claim, effect, discrepancy, gate or input is opened, revised or withdrawn. All of it is pure: no clock, and no
file but the package's own data.

Begin with `engine`: one function for each kind of item shows all that is done with it.

    engine     engine (one run tree), workspace (many, with what they share), attribute (gives each row of a feed to one
               run), vouching (which effects a witness saw, too)
    of a run   context (what it knows at a point of its log), board (what was said of it so far), latest
    the work   effects (reads calls), claims (reads the agent's words), match (holds one against the other),
               gates (holds calls against rules), inputs (looks for text that was meant to turn the agent)
    values     model (what comes out), ids, settings (what a workspace can set)
    data       tables (reads `data`, and a user's additions to it), kinds, rulebook, actionwords (verbs of the world,
               for words and for names of tools)
    readings   records (objects that results tell of), assertions (does an edit take them out of a test?)
    patterns   expressions (compiled when first used), literals (the strings in them), prefilter (which of many cannot
               match), shared_prefilter (the same for texts that many modules take in turn)
"""
