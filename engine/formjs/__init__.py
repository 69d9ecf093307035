"""Forms of steps, drawn with form-js: read and checked here, shown by its viewer in the browser.

form = read(content)                     # DefinitionRefused with findings
form.prefill(variables)                  # data for the viewer
form.validate(data, variables, now=…)    # values of the engine, or InvalidData
"""

from engine.formjs.form import UNREAD, Form, FormField, Source
from engine.formjs.reader import check, read

__all__ = ["UNREAD", "Form", "FormField", "Source", "check", "read"]
