"""Small functions of arrays that every analysis shares."""
