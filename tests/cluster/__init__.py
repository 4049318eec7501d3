"""`make cluster-test`: a real control plane without containers, in which lag on real Kafka scales real workers."""
