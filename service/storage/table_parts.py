"""What every table is made with: one set of tables, and columns of text."""

from sqlalchemy import Column, MetaData, Text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def text_column(name: str, *, optional: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, Text, nullable=optional)


def key_column(name: str) -> Column[str]:
    """Return a column that names the row, alone or with others."""
    return Column(name, Text, primary_key=True)
