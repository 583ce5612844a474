"""The result document in a terminal, Markdown, SARIF and Excel. A view reads the document and nothing else."""
