"""A ledger of what was sent, and a checker that decides whether the promises were kept."""
