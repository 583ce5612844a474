"""A roll-up and a ranking as text, data, workbook and page."""
