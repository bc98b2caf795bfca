"""Signed tokens of an identity provider: which keys it has now, and whose token a token is."""
