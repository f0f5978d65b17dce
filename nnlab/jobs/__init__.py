"""Background work: a job is a plain function that receives a context to report to; threads or processes run it.

A study is written, and tested, without any of this: `study(settings, JobContext())` runs it here and now. `Jobs.start` runs the same
function on a thread, and `Workers` within it spread independent tasks over processes, of this computer or of a cluster.
"""
