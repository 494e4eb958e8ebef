"""What the tests share: small studies on disk, and the commands that run them."""
