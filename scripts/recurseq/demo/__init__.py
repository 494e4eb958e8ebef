"""The simulated demo study: counts with a known truth, and the check of calls against it.

Every count is simulated; no patient's data are used.
"""

from recurseq.demo.check import check_calls, check_table, report
from recurseq.demo.simulate import simulate, write_counts

__all__ = ["check_calls", "check_table", "report", "simulate", "write_counts"]
