"""The Kafka adapters on a real broker."""
