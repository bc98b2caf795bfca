"""Carrying alerts out: by e-mail and to the clinic's webhook, with ids and a link and nothing of a record."""
