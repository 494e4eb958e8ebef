"""The command line ``recurseq``: thin commands over plain functions, and nothing others import."""
