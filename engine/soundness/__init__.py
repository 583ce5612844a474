"""soundness."""
