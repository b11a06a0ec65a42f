"""Claims against effects: what an agent said, what was seen to happen, and how the two differ.

Items go in, one at a time: events of `ingest`, rows of feeds, observations of repositories, ticks of time. Changes come
out: a claim, effect, discrepancy, gate or input is opened, revised or withdrawn. All of it is pure: no clock, and no
file but the package's own data.

`engine` takes the items of one run tree, and `workspace` those of many, with what they share. On the way, `effects`
reads tool calls, `claims` the agent's words, `match` holds one against the other, `gates` holds calls against rules,
and `inputs` looks for text that was meant to turn the agent. `attribute` gives each row of a feed to one run, and
`vouching` says which effects a witness saw too. `model` has the values that come out; words and rules are in `data`.
"""
