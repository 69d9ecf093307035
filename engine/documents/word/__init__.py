"""Everything that opens a DOCX file. Runs only in the helper process (`worker`), never where the keys are.

Files come from people, so none of them is trusted: `package` refuses what is not a plain document, the
worker has limits of memory and time, templates run in a sandbox.
"""
