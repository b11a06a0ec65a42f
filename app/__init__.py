"""The workstation: what people and agents meet of it.

`desk` is the engine without a screen, which composes `ingest`, `reconcile` and `ledger`. `cli` and `tui` are its faces,
`hook` answers an agent before it acts, `proxy` stands between an agent and its MCP servers, and `demo` plays agents at
work. `neutral` makes the text of a log harmless before anybody looks at it, `child` starts processes of our own.
"""
