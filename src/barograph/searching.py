"""The part of the command line that searches, as the page of search results would. Thin."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from typing import Any

Say = Callable[[str], None]


class Refused(Exception):
    """A command can't be done. The message is one sentence for the operator."""


def do_search(args: argparse.Namespace, *, setup: Callable[..., None], say: Say) -> int:
    setup("read", needs_key=False)
    from barograph.editions.services import current_imprint
    from barograph.search import analysis
    from barograph.search.services import QueryTooLong, search

    known = current_imprint()["languages"]
    if args.language not in known:
        raise Refused(f"Nothing is published in the language {args.language!r}; these there are: {', '.join(known)}.")
    queries = _queries(args)
    analysis.warm(args.language)
    for query in queries:
        try:
            answer = search(query, args.language, limit=args.limit)
        except QueryTooLong as error:
            raise Refused("Search with at most 10 words and 200 characters.") from error
        _show(answer, args.json, say)
    return 0


def _queries(args: argparse.Namespace) -> list[str]:
    if args.file:
        with open(args.file, encoding="utf-8", errors="replace") as lines:
            return [line.strip() for line in lines if line.strip()]
    if args.query:
        return [args.query]
    raise Refused("Give a query, or --file with a query a line.")


def _show(answer: dict[str, Any], as_json: bool, say: Say) -> None:
    if as_json:
        say(json.dumps(answer, ensure_ascii=False))
        return
    for hit in answer["hits"]:
        say(f"{hit['issue']}  {hit['topic']:<18} {hit['headline']}  {hit['url']}")
    if not answer["hits"]:
        say("Nothing found.")


def _limit(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def add(command: Callable[..., argparse.ArgumentParser], *, setup: Callable[..., None], say: Say) -> None:
    """Put `search` on the command line."""
    do = partial(do_search, setup=setup, say=say)
    example = "search выбары --language be"
    search = command("search", do, "What the search page would answer.", example, as_json=True)
    search.add_argument("query", nargs="?", metavar="QUERY")
    search.add_argument("--language", required=True)
    search.add_argument("--limit", type=_limit, default=20, metavar="N", help="most hits to show (default: 20)")
    search.add_argument("--file", metavar="FILE", help="a query a line")
