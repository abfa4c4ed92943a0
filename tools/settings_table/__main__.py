"""`python -m tools.settings_table`: writes docs/settings.md and docs/settings.ru.md (`--check` only compares)."""

import sys

from tools.settings_table.writing import FILES, page


def main() -> int:
    written = {path: page(language) for language, path in FILES.items()}
    if "--check" in sys.argv[1:]:
        old = [path.name for path, text in written.items() if not path.exists() or path.read_text() != text]
        print(*(f"{name} is not what the sources say" for name in old), sep="\n")
        return 1 if old else 0
    for path, text in written.items():
        path.write_text(text)
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
