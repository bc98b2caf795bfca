"""A foreign chart becomes a draft plan: what is read, what is placed, and what stays behind with its reason."""
