"""What the use cases need from outside: protocols and the values that they exchange."""
