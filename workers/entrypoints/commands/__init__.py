"""The commands of `poon`, one module each."""
