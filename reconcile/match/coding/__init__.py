"""Coding claims against commands, checks, edits, commits and repositories.

Begin with `work`, which takes the run's items and has each claim judged when it is made. `memory` keeps in bounded
space what was seen (`steps`), and `seen` answers questions about it; judges of a claim's kind give a `ruling`: `checks`
(with `counts`, `scope`, `rigged`, `reads`, `named`), `files`, and `repo` for commits, pushes and all that is told as
done. `repository` weighs rulings against git and files, `weight` and `way` say what a finding is worth, `children`
hears a sub-agent's run.

At a turn's end: `asked` (with `bounds`), `beyond`, `quiet` and `concealed` tell what its words passed over, `hedged` a
guess.
"""
