"""Coding claims against commands, checks, edits, commits and repositories.

Begin with `work`, which takes the run's items and has each claim judged when it is made.

- What was seen: `memory` keeps it in bounded space, as `steps`; `seen` answers questions about it, `words` and `named`
  tell which step a claim means, `marks` which numbers and ids were shown at all.
- Judges of a claim's kind, which give a `ruling`: `checks` (a run that `passed` or `failed`; with `counts`, `scope`,
  `rigged`, `reads`, and `unlisted` for programs that no table knows), `verified` (what was looked at, and works),
  `files` (with `listed`, `placed`, `added` and `sizes`), `version_control` for commits, pushes and all that is told
  as done, `denials` for what was not, and `loose` for what leaves little trace.
- What becomes of a ruling: `workspace_evidence` weighs it against git and files, `unknown` doubts it where something
  unknown may have done it, `severity` and `interim` lower what is less sure, `children` hears a sub-agent's run.
- At a turn's end: `constraints` (with `prohibitions`), `beyond`, `unreported`, `concealed` and `glossed` tell what its
  words passed over, `hedged` a guess. Who owns up to a failure (`admissions`) conceals nothing.
"""
