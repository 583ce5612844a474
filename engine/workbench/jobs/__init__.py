"""Work that takes longer than a page waits: it stands in a line, says how far it is, can be cancelled, and gives what came of it.

`board.Jobs` holds them; what a job is in `model`. Policy tests, publishing and the reviewer's desk go through it.
"""

from engine.workbench.jobs.board import Jobs as Jobs
from engine.workbench.jobs.model import CANCELLED as CANCELLED
from engine.workbench.jobs.model import DONE as DONE
from engine.workbench.jobs.model import FAILED as FAILED
from engine.workbench.jobs.model import RUNNING as RUNNING
from engine.workbench.jobs.model import WAITING as WAITING
from engine.workbench.jobs.model import Cancelled as Cancelled
from engine.workbench.jobs.model import JobStatus as JobStatus
from engine.workbench.jobs.model import Watch as Watch
