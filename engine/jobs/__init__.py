"""Who lets timers fire and keeps promises: a thread inside the server, or RQ workers. The rows in the
database are the truth.
"""
