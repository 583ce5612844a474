"""Pages as they are printed -> paragraphs and tables, whatever library found what stands on them.

Comes in by `blocks.blocks_of`: pages of characters and ruling lines (`model`) become lines (`lines`), tables on their grid
(`rules`, `grid`, `columns`), tables and paragraphs put together over page breaks (`joins`, `blocks`). Knows no file format: whoever
reads one hands over the pages. Stands on `documents.model` and `errors`.
"""
