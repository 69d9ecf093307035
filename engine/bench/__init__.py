"""How quick the engine is on this machine, beside stock SpiffWorkflow in the same run.

results = run(QUICK)                 # on throwaway instances, SQLite
results = run(FULL, database_url)    # on a PostgreSQL database that is still empty

`works` says what is done, `ours` and `baseline` do it, `rounds` measures, `report` tells.
Import from the modules; this one stays empty so that the command line starts at once.
"""
