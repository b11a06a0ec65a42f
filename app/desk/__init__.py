"""The whole engine without a screen: everything a face shows or does is asked of this package.

`batch` checks logs at rest; `recorder` watches logs, keeps the `index` and writes the ledger; `desk` answers the faces
out of both.

    at rest    batch, spread (over processes), report (one run, as JSON says it), identity (what a finding is known by),
               baseline and comparison (what is new), formats (how it is written); drill
    watched    recorder (holds the lease), recorder_loop (what it does in turn), scout (which logs there are), hub (all
               that is watched), live_source (one log), live_run (one run), rotation, feeds, shared (their rows that
               are nobody's), notices (whom to tell), missed (claims that a reviewer adds), heartbeat
    index      index and index_file (written), library (read), facts and summaries (what goes in), wire (as JSON),
               desk_store (what people left: drafts, marks), asking (which findings ask for a decision)
    ledger     entries (what each kind holds), entry_builder, scribe (writes them), archive (reads them), escrow,
               chain and audit (how it stands), witnesses, custody, wrapping, forgetting
    review     desk (acts) over reading (questions): views (the values they give), roster and filters with patterns,
               timeline, acts, rule_stats, tags, describe and show (plain words)
    seal       sealing, operators and sshkeys (whose keys)
    gates      rules_digest, gatefiles, gatetest, waivers; evaluator and cel_worker (conditions), yara
    hook       gated and hooked (what it was asked), unseen (what went past it), approvals, ancestry (who may answer)
    outward    export, provenance (what follows from it), response; bundled: bundle_view, bundle_run, bundle_evidence
    set-up     paths, config with schema, mistakes (in a file, as sentences) and trust, setting (what a command works
               with), small_files, firststart, keymap, about
    errors     errors (of the desk), faults (of the system, as sentences)
"""
