"""Kafka: the embedded broker, consumers and producers."""
