"""`python -m hitcast` is `hitcast`."""

from hitcast.cli.app import main

if __name__ == "__main__":
    main()
