"""Odd inputs of every kind, each with the outcome that is right, fixed before the code is asked."""
