"""Makes worker processes fast: it loads the code once, and forks a worker for each line it reads.

A worker of the tests is killed and started again dozens of times; loading the code takes a second or more each time.
"""

from __future__ import annotations

import os
import signal
import sys

import config
from lms.worker import work


def main() -> None:
    """Answer each line with the number of a new worker process; end with the input."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the kernel
    settings = config.load()
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            try:
                work(settings, os.getppid())
            finally:
                os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
