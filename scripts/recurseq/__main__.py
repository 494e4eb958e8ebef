"""``python -m recurseq`` is the command ``recurseq``."""

from recurseq.command.app import main

if __name__ == "__main__":
    main()
