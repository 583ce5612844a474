"""The filed document itself as the draft: what is wrong in it corrected, what is missing added, what is open asked beside it.

Comes in by `revised.revised`. Every change is a revision of Word's own (`w:ins`, `w:del`) by one author, so that whoever filed the
report accepts or rejects it; `settled` does both, too.
"""
