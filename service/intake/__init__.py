"""A foreign chart becomes a draft plan: what is placed, and what stays behind with its reason."""
