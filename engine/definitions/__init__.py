"""The catalogue: processes, decisions and forms, read, checked, versioned and published.

A published definition never changes. A *release* is the whole catalogue at one moment: which version of every
process, decision, form and document template belongs together. A case keeps the release it was started with,
so
a called process, a decision or a form that is published later doesn't reach it.
"""
