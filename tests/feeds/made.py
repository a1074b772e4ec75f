"""The files of a site that are no pages, made: {path: bytes}."""

from barograph.feeds.files import files


def made_of(*sources) -> dict[str, bytes]:
    return {path: made() if callable(made) else made for path, _inputs, made in files(*sources)}
