"""The simulated demo study: counts with a known truth, and the check of calls against it.

Every count is simulated; no patient's data are used.
"""

from recurseq.demo.check import calls_against_truth, check_calls, report
from recurseq.demo.simulate import simulate, write_counts

__all__ = ["calls_against_truth", "check_calls", "report", "simulate", "write_counts"]
