"""Business claims against the effects of the world's tools and feeds.

Begin with `actions`, which collects words (`Saying`) and calls (`Act`, both in `model`), then `verdict`, which judges
all that is open once a turn is over:

- `assign` gives acts to the words that claim them, by how well they fit (`fit`, `pairs`, `kin`, `topics`, `targets`);
- words with an act: `borne`; another value (`values`), role (`roles`), item of a list (`lists`), aspect (`aspects`), or
  nothing done (`idle`);
- words without one: `absent`, with what lookups may have brought about (`looks`);
- acts without words: `silence`, `disclosed`, `traces`; done again: `repeats`; failed: `unsaid`;
- acts against the lines about them, claims or not: `lines`, `said`, `figures`, `objects`; and against what the user
  asked for: `beyond`;
- rows of feeds, which decide last: `feed`.

`bench` holds what a judgement gathers, `worth` what a finding is worth, `aliases` the names that things go by.
`reports` reads the text that ends a turn for what is told without a verb of the lexicon.
"""
