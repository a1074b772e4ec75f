"""Count the names in the source that say nothing about what they hold.

A binding is a variable, parameter, function, class, attribute of a class or of
``self``, import alias or caught exception. The words of ``VAGUE`` were once used for
all of them; a reader could not tell a queryset from a set of file names.

    tools/private_words.py           how many bindings each package has
    tools/private_words.py --where   each of them with file and line
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

VAGUE = frozenset({"found", "told", "made", "wanted", "mark", "kept", "held"})
SOURCE = Path(__file__).parent.parent / "src" / "barograph"


def bindings(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the name and the line of everything that the module's tree binds."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.arg(arg=name):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case ast.ClassDef(name=name):
                yield name, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno
            case ast.ExceptHandler(name=str(name)):
                yield name, node.lineno
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno


def vague(folder: Path = SOURCE) -> list[tuple[Path, int, str]]:
    """Return file, line and name of every vague binding below ``folder``."""
    return [
        (path, line, name)
        for path in sorted(folder.rglob("*.py"))
        for name, line in bindings(ast.parse(path.read_text()))
        if name.strip("_").lower() in VAGUE
    ]


def main(arguments: list[str]) -> int:
    """Print the table (or, with ``--where``, every place); return 0."""
    places = vague()
    if "--where" in arguments:
        for path, line, name in places:
            print(f"{path.relative_to(SOURCE)}:{line}: {name}")
    packages = Counter(path.relative_to(SOURCE).parts[0] for path, _, _ in places)
    for package, number in packages.most_common():
        print(f"{number:5} {package}")
    print(f"{len(places):5} in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
