"""relational."""
