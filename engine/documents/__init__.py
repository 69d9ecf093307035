"""Documents of the case file: made from templates, edited, numbered, issued, printed; and attached files.

`making` keeps the promise of a step to make a document, `service` changes, `queries` reads. Everything that
opens a DOCX file (`engine.documents.word`) runs in a process of its own behind `workshop`.
"""
