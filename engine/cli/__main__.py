"""`python -m engine.cli`: the `jixiao` command where it is not on the path."""

from engine.cli.start import main

if __name__ == "__main__":
    main()
