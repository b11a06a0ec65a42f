"""The whole engine without a screen: everything a face shows or does is asked of this package.

`batch` checks logs at rest; `watch` has the recorder, which keeps the `index` and writes the ledger; `desk` answers the
faces out of both.

    at rest    batch, spread (over processes), report (one run, as JSON says it), identity (what a finding is known by),
               baseline and comparison (what is new), formats (how it is written); drill
    watched    watch (the recorder and all that it reads)
    index      index and index_file (written), library (read), facts and summaries (what goes in), wire (as JSON),
               desk_store (what people left: drafts, marks), asking (which findings ask for a decision)
    ledger     entries (what each kind holds), entry_builder, scribe (writes them), archive (reads them), escrow,
               chain and audit (how it stands), witnesses, custody, wrapping, forgetting
    review     desk (acts) over reading (questions): views (the values they give), roster and filters with patterns,
               timeline, acts, rule_stats, tags, describe and show (plain words)
    seal       sealing, operators and sshkeys (whose keys)
    gates      gates (the user's own, waivers, conditions)
    hook       gated and hooked (what it was asked), unseen (what went past it), approvals, ancestry (who may answer)
    outward    bundle (evidence for others, and from them)
    set-up     paths, config with schema, mistakes (in a file, as sentences) and trust, setting (what a command works
               with), small_files, firststart, keymap, about
    errors     errors (of the desk), faults (of the system, as sentences)
"""
