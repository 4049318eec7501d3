"""Two releases side by side, workers that come and go, and nodes that are lost: under load, judged by the ledger."""
