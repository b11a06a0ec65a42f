"""The text of a unit made ready for reading: lower case, marks blanked, code and paths masked, cut into tokens.

Masking keeps every code point's place, so that a position in the masked text is one in the unit's text. Code spans,
paths, commit ids, quotations and addresses become runs of one private-use character each, which makes the words of a
command or a file name invisible to the patterns for prose, and lets a pattern ask for `<path>` or `<sha>`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

if TYPE_CHECKING:
    from assure_tui.reconcile.claims.segment import Unit

Sort: TypeAlias = Literal["path", "cmd", "sha", "code", "quote", "url"]

MASKS: dict[Sort, str] = {
    "path": "\ue000",
    "cmd": "\ue001",
    "sha": "\ue002",
    "code": "\ue003",
    "quote": "\ue004",
    "url": "\ue005",
}
PLACEHOLDERS: dict[str, str] = {
    "<path>": "[\ue000]+",
    "<cmd>": "[\ue001]+",
    "<sha>": "[\ue002]+",
    "<code>": "[\ue000-\ue003]+",
    "<quote>": "[\ue004]+",
    "<url>": "[\ue005]+",
    "<n>": r"(?:\d[\d,]{0,15}|all|both|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)",
}

_URL = re.compile(r"https?://[^\s)>\]|`]{1,500}")
_LINK = re.compile(r"\]\(([^()\s]{1,500})\)")
_QUOTED = re.compile(r"[\"“]([^\"“”\n]{2,300})[\"”]")
_EXTENSION = r"[A-Za-z][A-Za-z0-9]{0,9}"
_PATH = re.compile(
    r"(?<![\w@/.-])(?:~?\.{0,2}/)?(?:[\w@.+-]{1,100}/){1,20}[\w@.+*-]{0,100}(?::\d{1,6}(?:-\d{1,6})?)?"
    rf"|(?<![\w@/.-])[\w+-][\w.+-]{{0,80}}\.{_EXTENSION}(?::\d{{1,6}}(?:-\d{{1,6}})?)?(?![\w/])"
)
_SHA = re.compile(r"(?<![\w/#.-])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40}(?![\w/-])")
_ALL_SHA = re.compile(r"(?=[a-f]*\d)[0-9a-f]{7,40}(?=$|[\s:.])")
_FILE = re.compile(
    rf"(?:[\w@.+~*-]*/)*[\w@.+*-]*\.{_EXTENSION}(?:::?(?:\d+(?:-\d+)?|[A-Za-z_][\w.]*(?:\(\))?))?$|(?:[\w@.+~*-]+/)+[\w@.+*-]*$|[A-Z][A-Za-z]*file$"
)
_WHERE = re.compile(r"(?:#L\d+(?:-L?\d+)?|::?(?:L?\d+(?:-L?\d+)?|[A-Za-z_][\w.]*(?:\(\))?))$")
"""The place in a file: `cart.py:12`, `cart.py:total`, `cart.py#L12`."""
_NO_FILE = re.compile(r"(?:\d+\.)+\w*$|v?\d[\w.]*$|[A-Za-z_]\w*\.[A-Za-z_]\w*\(|(?:e\.g|i\.e)$|origin/|upstream/|refs/")
EXTENSIONS = frozenset(
    {"py", "pyi", "ipynb", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte", "go", "rs"}
    | {"java", "kt", "kts", "scala", "c", "h", "cc", "cpp", "hpp", "cs", "fs", "swift", "m", "mm", "rb", "php", "pl"}
    | {"lua", "r", "jl", "ex", "exs", "erl", "hs", "ml", "clj", "dart", "zig", "nim", "sh", "bash", "zsh", "fish"}
    | {"ps1", "bat", "sql", "graphql", "proto", "html", "htm", "css", "scss", "sass", "less", "json", "jsonc"}
    | {"json5", "jsonl", "yaml", "yml", "toml", "ini", "cfg", "conf", "env", "lock", "xml", "svg", "md", "mdx", "rst"}
    | {"txt", "csv", "tsv", "tf", "hcl", "dockerfile", "mk", "cmake", "gradle", "sum", "mod", "snap", "template"}
    | {"tmpl", "j2", "plist", "properties", "gitignore", "astro", "erb", "ejs", "hbs", "pug", "twig", "prisma", "sol"}
    | {"nix", "elm", "groovy", "bzl", "pyx", "vb", "xaml", "razor", "cshtml", "csproj", "resx", "feature", "po"}
    | {"editorconfig", "patch", "diff", "log", "png", "jpg", "gif", "pdf", "omp"}
)
_HIDDEN = ("ignore", "rc", "config", "attributes", "modules")
"""How the names of hidden files end that tools are set up by: `.gitignore`, `.bashrc`."""
_SETTING = re.compile(r"\s{0,8}[A-Za-z_]\w{0,80}=(?:\"[^\"]{0,200}\"|'[^']{0,200}'|[^\s\"']{0,200})\s{1,8}")
"""A variable set for one command, in front of it."""
_TOKEN = re.compile(
    r"[a-z]+(?:(?=['_-])(?:'[a-z]+)?(?:[-_][a-z]+)*|)|\d[\d,]*(?:(?=\.)(?:\.\d+){0,4}|)|[\ue000-\ue005]+|'[a-z]+|[^\s]"
)
"""What goes on with a word or a number is looked for only where its first sign stands: most are plain."""
_SORTS: tuple[tuple[Sort, re.Pattern[str], re.Pattern[str]], ...] = (
    ("url", _URL, re.compile("://")),
    ("path", _PATH, re.compile(r"[/.](?:(?<=/)|[A-Za-z])")),
    ("sha", _SHA, re.compile("[0-9](?:[0-9a-f]|(?<=[a-f].))")),
    ("quote", _QUOTED, re.compile('["“]')),
)
"""What is masked outside code spans, in this order, and what a text holds that has any of it: cheap to look for, since
each begins with a letter or a class."""
_SPACE = re.compile(r"[^\S ]")
"""What is no blank yet, and made one."""
_MASK = re.compile("[\ue000-\ue005]")


class Token(msgspec.Struct, frozen=True):
    """A word, a number, a mark or a masked run, with its place in the unit's text."""

    text: str
    start: int
    end: int


class Piece(msgspec.Struct, frozen=True):
    """A masked piece of a unit and what it is; `text` is as written, without ticks."""

    sort: Sort
    text: str
    start: int
    end: int


class Prepared(msgspec.Struct, frozen=True):
    """A unit ready for reading. `words` are the tokens of the masked text; most units need none of their places."""

    unit: Unit
    masked: str
    pieces: tuple[Piece, ...]
    words: tuple[str, ...]

    def cut(self, end: int) -> Prepared:
        """Give the unit as if its text ended at `end`."""
        return ready(self.unit, self.masked[:end], self.pieces)

    def tokens(self, most: int) -> list[Token]:
        """Give the first tokens with their places: between two of them are only blanks."""
        found: list[Token] = []
        end = 0
        for word in self.words[:most]:
            start = self.masked.index(word, end)
            end = start + len(word)
            found.append(Token(word, start, end))
        return found


def ready(unit: Unit, masked: str, pieces: tuple[Piece, ...]) -> Prepared:
    """Cut a masked text into tokens, once for all who read it."""
    return Prepared(unit, masked, pieces, tuple(_TOKEN.findall(masked)))


def prepare(unit: Unit) -> Prepared:
    """Mask one unit. The masked text has the length of `unit.text`."""
    text = unit.text
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    plain = (
        lower.replace("’", "'").replace("*", " ").replace("\u00a0", " ").replace(" - ", " — ").replace(" -- ", " —  ")
    )
    sorts = [(sort, pattern) for sort, pattern, sign in _SORTS if sign.search(text)]
    if not (unit.codes or sorts or "[" in text):
        return ready(unit, _SPACE.sub(" ", plain), ())
    rest = plain
    pieces: list[Piece] = []

    def mask(sort: Sort, start: int, end: int, inner: tuple[int, int] | None = None) -> None:
        nonlocal rest
        a, b = inner or (start, end)
        pieces.append(Piece(sort, text[a:b], start, end))
        rest = rest[:start] + MASKS[sort] * (end - start) + rest[end:]

    for a, b in unit.codes:
        ticks = 1
        while a - ticks > 0 and text[a - ticks - 1] == "`":
            ticks += 1
        mask(classify(text[a:b].strip()), a - ticks, min(len(text), b + ticks), (a, b))
    targets: list[tuple[int, int]] = []
    for hit in _LINK.finditer(text) if "](" in text else ():
        start, end = hit.span()
        if rest[start] == "]":
            target = hit.group(1)
            rest = rest[:start] + " " * (end - start) + rest[end:]
            targets.append((start, end))
            if not target.startswith(("http:", "https:", "#", "mailto:")):
                pieces.append(Piece("path", target, start, end))
    rest = rest.replace("[", " ")
    for sort, pattern in sorts:
        for hit in pattern.finditer(text):
            start, end = hit.span()
            if sort == "path":
                end = _path_end(text, start, end)
            if _masked(rest, start, end, partly=sort != "quote"):
                if sort == "quote" and text[start] == text[end - 1] == '"':
                    rest = rest[:start] + "".join(map(_hidden, rest[start:end])) + rest[end:]
                continue
            if sort == "path" and not is_path(text[start:end]):
                continue
            if sort == "url" and any(a <= start < b for a, b in targets):
                pieces.append(Piece(sort, text[start:end], start, end))  # where a link leads is no word of it
                continue
            mask(sort, start, end)
    pieces.sort(key=lambda piece: piece.start)
    return ready(unit, _SPACE.sub(" ", rest), tuple(pieces))


def _path_end(text: str, start: int, end: int) -> int:
    """Give where a path ends: neither the end of its sentence nor marks around it are of it."""
    if text.endswith("/..", start, end):
        return end
    marks = ".*" if text[start - 1 : start] == "*" else "."
    return start + len(text[start:end].rstrip(marks))


def _masked(text: str, start: int, end: int, *, partly: bool) -> bool:
    """Tell whether a stretch is masked: in any part, or for the most part."""
    if _MASK.search(text, start, end) is None:
        return False
    return partly or len(_MASK.findall(text, start, end)) * 2 > end - start


def _hidden(char: str) -> str:
    """Hide the prose of a quotation that is code for the most part, and leave the code where it is."""
    return char if "\ue000" <= char <= "\ue005" or char in '" ' else MASKS["quote"]


def classify(code: str) -> Sort:
    """Tell what the text of a code span is."""
    if _ALL_SHA.match(code):
        return "sha"
    if " " not in code:
        if code.startswith(("http://", "https://")):
            return "url"
        return "path" if is_path(code) else "code"
    words = without_settings(code).split(maxsplit=1)
    if not words:
        return "code"
    first = words[0]
    plain = first.lstrip("$").replace("-", "").replace("_", "").replace("/", "").replace(".", "")
    return "cmd" if plain.isalnum() and plain.islower() and not code.rstrip().endswith(("{", ";")) else "code"


def without_settings(command: str) -> str:
    """Give a command without the variables set in front of it: `CACHE=/tmp/build go test` runs `go test`."""
    start = 0
    while hit := _SETTING.match(command, start):
        start = hit.end()
    return command[start:]


def file_of(text: str) -> str:
    """Give the path of a file without the place in it."""
    return _WHERE.sub("", text)


def is_path(text: str) -> bool:
    """Tell whether a word without spaces names a file or folder rather than a version, a branch or a member."""
    if not _FILE.match(text) or _NO_FILE.match(text):
        return False
    name = text.rsplit("/", 1)[-1].split(":", 1)[0]
    dot = name.rfind(".")
    if dot >= 0:
        extension = name[dot + 1 :]
        if extension.lower() in EXTENSIONS or (not dot and extension.endswith(_HIDDEN)):
            return True
        return "/" in text and extension.isalpha() and extension.islower()
    return text.endswith(("/", "file")) or text.count("/") >= 2 or text.startswith((".", "/", "~"))
