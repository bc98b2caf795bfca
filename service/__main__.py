"""`python -m service` is `tandem`."""

from service.cli import main

if __name__ == "__main__":
    main()
