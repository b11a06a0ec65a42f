"""The whole engine without a screen: everything a face shows or does is asked of this package.

`batch` checks logs at rest and `formats` writes what was found; `recorder` watches logs, keeps the `index` and
writes the ledger; `desk` answers the faces out of both. `config`, `trust` and `paths` say with what and where.
"""
