"""The message-driven runtime: dispatcher, lanes, offsets, retries, group commit, lifecycle."""
