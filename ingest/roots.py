"""Where the known agents keep their logs on this machine (FORMATS.md), and what of it is a log, or is left out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

LOG_SUFFIXES = frozenset({".jsonl", ".json", ".ndjson", ".traj", ".eval", ".db", ".sqlite3"})
"""How the names of log files end; what is in them is told by their content."""
LOG_NAMES = frozenset({".aider.chat.history.md"})
"""Names of log files that end like those of other files."""
COPIES = (("context*.jsonl", "wire.jsonl"), ("ui_messages.json", "api_conversation_history.json"))
"""Names of files that say again what a log says which lies beside them, and that log's name."""


_EXTENSIONS = ("saoudrizwan.claude-dev", "rooveterinaryinc.roo-cline", "kilocode.kilo-code")
"""Cline and its forks, as the editor names the folders in which they keep their tasks."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder in which an agent writes logs. It need not exist yet."""

    agent: str
    path: Path


def default_roots(environ: Mapping[str, str] | None = None, home: Path | None = None) -> list[Root]:
    """Return the log folders of the known agents, the same on all systems but for what their variables say.

    An agent's own variable takes the place of its default folder, as it does for the agent.
    """
    environ = os.environ if environ is None else environ
    home = home or _home()
    claude = [Path(part.strip()) for part in environ.get("CLAUDE_CONFIG_DIR", "").split(",") if part.strip()]
    if not claude:
        xdg = environ.get("XDG_CONFIG_HOME") or home / ".config"
        claude = [home / ".claude", Path(xdg) / "claude"]
    codex = Path(environ.get("CODEX_HOME") or home / ".codex")
    copilot = Path(environ.get("COPILOT_HOME") or home / ".copilot")
    roots = [Root("claude-code", folder / "projects") for folder in claude]
    roots += [Root("codex", codex / "sessions"), Root("codex", codex / "archived_sessions")]
    roots += [Root("copilot-cli", copilot / "session-state"), Root("copilot-cli", copilot / "history-session-state")]
    gemini = Path(environ.get("GEMINI_CLI_HOME") or home) / ".gemini"
    roots += [Root("gemini-cli", gemini / "tmp")]
    qwen = Path(environ.get("QWEN_RUNTIME_DIR") or environ.get("QWEN_HOME") or home / ".qwen")
    roots += [Root("qwen-code", qwen / "projects")]
    pi = Path(environ.get("PI_CODING_AGENT_DIR") or home / ".pi" / "agent")
    roots += [Root("pi", Path(environ.get("PI_CODING_AGENT_SESSION_DIR") or pi / "sessions"))]
    roots += [Root("pi", Path(environ.get("OPENCLAW_STATE_DIR") or home / ".openclaw") / "agents")]
    roots += [Root("cline", Path(environ.get("CLINE_DATA_DIR") or home / ".cline" / "data") / "sessions")]
    roots += [Root("kiro-cli", Path(environ.get("KIRO_HOME") or home / ".kiro") / "sessions")]
    roots += [Root("kimi-code", home / ".kimi-code" / "sessions")]
    roots += [Root("kimi-cli", Path(environ.get("KIMI_SHARE_DIR") or home / ".kimi") / "sessions")]
    roots += [
        Root("antigravity", gemini / name / "brain") for name in ("antigravity-cli", "antigravity", "antigravity-ide")
    ]
    openhands = Path(environ.get("OPENHANDS_PERSISTENCE_DIR") or home / ".openhands")
    roots += [Root("openhands", Path(environ.get("OPENHANDS_CONVERSATIONS_DIR") or openhands / "conversations"))]
    roots += [Root("grok-build", home / ".grok" / "sessions")]
    roots += [Root("droid", home / ".factory" / "sessions")]
    roots += [
        Root("cline", editor / "globalStorage" / extension / "tasks")
        for editor in _editors(environ, home)
        for extension in _EXTENSIONS
    ]
    return roots


def excluded(path: Path, exclude: Sequence[str]) -> bool:
    """Tell whether a pattern leaves this path out, by its name or by where it lies, however it was written."""
    spellings = {path.name, os.fspath(path), os.path.abspath(path)}  # noqa: PTH100 - a link is not followed
    return any(fnmatch(spelling, pattern) for pattern in exclude for spelling in spellings)


def _home() -> Path:
    """Return the user's home folder. A user without one, as in some containers, has logs where variables name them."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")


def _editors(environ: Mapping[str, str], home: Path) -> list[Path]:
    """Return the folders in which VS Code keeps what is its user's, and where it serves an editor elsewhere."""
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return [
        config / "Code" / "User",
        home / "Library" / "Application Support" / "Code" / "User",
        home / ".vscode-server" / "data" / "User",
    ]
