"""What `poon doctor` looks at, how it judges what it sees, and what it says."""
