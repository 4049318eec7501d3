"""How many workers a lag asks for: KEDA's and the autoscaler's exact mathematics, without a cluster."""
