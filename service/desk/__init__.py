"""The desk: what people do in Slack, and what becomes of it.

A door keeps what it heard and queues a job (`jobs.clicks`); the job gives it to `dispatch`, which finds the handler in
`registry`. Handlers call `actions`, as the pages and the command line do.
"""
