"""Every query of the product on a million entries: how long it takes, and by which plan."""
