"""Bundles: the evidence about one run as one file, written for others and opened from others.

`export` cuts one out of the ledger. `bundled` is the desk over somebody else's: `view` reads the run as the exporter
saw it, `run` puts it together from proved entries, and `provenance` and `evidence` tell what of it follows from what
was sealed. `response` is a second reviewer's answer, carried back as a file.
"""
