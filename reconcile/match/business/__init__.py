"""Business claims against the effects of the world's tools and feeds.

Begin with `actions`, which collects words (`Saying`) and calls (`Act`, both in `model`), then `outcomes`, which judges
all that is open once a turn is over. One judgement is one object; its class is cut into chapters, each the base of the
next: `bench` (what is gathered; its acts by place and turn: `window`), `assign`, `ordered`, `absent`, `failed`,
`matched`, `outcomes`.

- `assign` gives acts to the words that claim them, by how well they fit (`fit`, `pairs`, `kin`, `topics`, `targets`,
  `phrase`);
- words with an act: `matched`; another value (`values`, `labelled`), name (`other_identifiers`, `other_names`), item of
  a list (`lists`), or nothing done (`idle`); what of it cannot change is found once (`agreement`);
- words without one: `absent`, or of a call that failed (`failed`), with what lookups may have brought about (`looks`),
  what was asked for (`ordered`, `wishes`) and what is kept open no more (`past`);
- acts without words: `unreported`, `disclosed`, `traces`; done again: `repeats`; failed: `undisclosed`;
- acts against the lines about them, claims or not: `lines`, `contradicted_lines`, `figures`, `objects`, and their
  answers (`settlements`); against what
  the user asked for: `beyond`; and against both, where nobody speaks of what they were given: `mistaken_values`,
  `stray_targets`;
- rows of feeds, which decide last: `feed`.

`matter` is what a judgement rests on, `doubts` what lowers a finding, `asked` what the user said, `aliases` and
`identifiers` the names that things go by, `name_forms` the forms of these, `invented_codes` those that a report makes
up. `reports` (with `reports_ground`, `reports_lines`, `reports_marks`) reads the text that ends a turn for what is told
without a verb of the lexicon, and `undone` for replies to an order after which nothing was done.
"""
