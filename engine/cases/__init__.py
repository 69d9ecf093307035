"""Running cases: start, complete, deliver, fire, repair. This room owns the transaction.

Every public function of `service`, `messages`, `timers` and `repair` is one transaction and one commit: lock
the case,
let `engine.bpmn` take one step, write what the step changed (`recording`), commit. Whatever has to happen
outside the
database is an outbox row of the same commit.
"""
