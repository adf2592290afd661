"""`python -m service` is the `earful` command."""

from service.cli import main

main()
