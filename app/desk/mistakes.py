"""What is wrong with a settings file, in words that name the key and the nearest right one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assure_tui.app.desk.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError


def checked(model: type[Any], data: dict[str, Any], path: Path | None) -> Any:
    """Return what a file states, as a model of the schema. Raises ConfigError that names each mistake."""
    from pydantic import ValidationError  # noqa: PLC0415 - see schema

    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError("; ".join(f"{path}: {problem}" for problem in _problems(model, error))) from error


def _problems(model: type[BaseModel], error: ValidationError) -> list[str]:
    problems: list[str] = []
    for item in error.errors():
        where = _place(item["loc"])
        if item["type"] == "extra_forbidden":
            key = str(item["loc"][-1])
            problems.append(f"unknown key `{where}`{nearest(key, _keys(model, item['loc']))}")
        else:
            text = item["msg"].removeprefix("Value error, ")
            problems.append(f"`{where}`: {text}" if where else text)
    return problems


def _place(loc: Iterable[str | int]) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")


def _keys(model: Any, loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that the table at `loc` may have, by following the models downwards."""
    for part in loc[:-1]:
        if isinstance(part, str):
            annotation = model.model_fields[part].annotation
            inner = getattr(annotation, "__args__", (annotation,))[0]
            model = inner if hasattr(inner, "model_fields") else model
    return list(model.model_fields)


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.5) -> str:
    """Ask whether the most similar of the known words was meant; nothing where none is."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return f"; did you mean `{near[0]}`?" if near else ""
