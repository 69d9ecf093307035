"""Who works here: organisations, accounts, roles, rights, queues, and the journal of who looked at what."""
