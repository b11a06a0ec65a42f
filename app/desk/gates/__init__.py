"""Gates as users set them: their own files, what they waive, and the processes that evaluate their conditions.

`files` reads gate files and changes to gates, `examples` tests them. `evaluator` has conditions in CEL evaluated by a
`cel_worker`, `yara` matches a user's YARA rules. `waivers` applies what was let off; `rules_digest` names the rules in
force. What a gate is stands in `assure_tui.reconcile.gates`.
"""
