"""Papers that never were: receipts and slips composed of true lines, misread on purpose. Synthetic, and called so."""
