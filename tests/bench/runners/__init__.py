"""The contenders' own programs: each runs as `python -m`, in a process of its own, and is told its round by `Round`."""
