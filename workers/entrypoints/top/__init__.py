"""The live view: snapshots of running fleets and their broker, what two of them mean, and how it looks."""
