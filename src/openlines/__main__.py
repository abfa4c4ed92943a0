"""`python -m openlines` and the `openlines` command."""


def main() -> None:
    """Run the command line."""
    from openlines.cli import app

    app()


if __name__ == "__main__":
    main()
