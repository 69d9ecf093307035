"""Tasks as people see them: the inbox, taking and returning a step, handing it over, drafts, notices."""
