"""Palettes, glyphs and the style sheet of the terminal UI, as data, and the little code that reads them.

In: one TOML file per palette, `data/glyphs.toml` and `desk.tcss`, all beside this module. Out: Textual themes whose
variables carry meanings (`$state-contradicted`, `$diff-added`, `$ledger-ok`), and glyphs with words to go with them.
"""
