"""The image, built for real and started as a cluster starts it. `make image-test`; no part of `make test`."""
