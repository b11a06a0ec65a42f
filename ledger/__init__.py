"""A tamper-evident, append-only log on local disk, in the C2SP formats, which programs that are not ours can verify.

Entries go in (`Ledger.append`), each an envelope with a clear part and a commitment to sealed content; signed
checkpoints, tiles, proofs and seals come out. The package knows nothing of agents: it owns the envelope and its own
kinds of entry, and every other kind is opaque to it. SPEC.md beside this file is enough to write another verifier.

    encode     jcs, entry, disclose, tiles, note, checkpoint, proof
    tree       tree (RFC 6962)
    store      disk, locks, wal, tail, shelf, pins, machine, epochs, layout, drafts, store, adopt, clock
    contents   segments, sealed, recent, content_keys, reading_key (what locks them)
    keys       ed25519, keys (the recorder's), pkcs8, operator_key (a person's), sshsig, signers (whose seals count),
               revocation
    review     dsse, seal, and verify: trust (what it is given), rebuild and scan (the walk), gather, spill, contents,
               outside (heads that are vouched for), beside (files that are not the log's), report (what it found);
               recheck before writing
    outward    bundle, standalone (the verifier that travels), cosign, policy, witness, submit
    lease      lease (who records)
    errors     errors
"""
