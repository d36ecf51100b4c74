"""Migrations written to the disk and taken back: one transaction, journaled, durable."""
