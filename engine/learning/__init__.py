"""A layout taught by example: from forms nobody described to a form.yaml that reads them.

Comes in by `lesson.learn`: what each heading and column is, proposed from words the packs know, from similar words and from what
stands in it; asked where neither tells; written with the ground of each guess beside it; read back. Stands on `documents`,
`forms`, `intake`, `policy`, `yaml`.
"""
