"""Deadlines: working calendars, norms, terms, the ladder of reminders, and what "overdue" means.

Pure, and told the moment by the caller: `calendar`, `seed` (days), `counting` (Civil Code 190-194), `norms`,
`norm_file`, `due` (overdue, words), `russian`, `trial` (an answer explained). With the database: `tables`,
`sql`, `terms` (rows of a term), `ladder`, `calendars` (calendars and norms, cached), `queries`, `service`.
"""
