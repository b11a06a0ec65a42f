"""The MCP witness: stands between an agent and an MCP server, and writes down what it sees (PROXY.md).

`messages` reads the protocol's lines, `witness` writes what was called and what came back, `guard` holds a call against
the gates before the server gets it, and `relay` passes the bytes on, unchanged but for calls that a gate refuses.
"""
