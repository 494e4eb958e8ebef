"""The simulated demo study: counts with a known truth, and the check of calls against it.

Every count is simulated; no patient's data are used.
"""
