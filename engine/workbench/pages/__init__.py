"""The pages a person sees. Words are in templates/workbench; changes go through the interface."""
