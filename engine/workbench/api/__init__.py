"""The interface for other systems: forms, drafts, previews, publishing. Words and shapes are in `model`."""
