"""Statements of banks and cards: CSV, XLSX, JSON, OFX and QFX, read by rows."""
