"""Where things are kept: a file of SQLite, or PostgreSQL; `service.storage.schema` brings it up to date."""

from service.storage.unit_of_work import Storage

__all__ = ["Storage"]
