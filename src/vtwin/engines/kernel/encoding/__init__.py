"""Encoding: from a Program to the memory of a run, before anything has happened."""
