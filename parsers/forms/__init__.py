"""What each form is called and which fields it has: data in TOML, one file per form and version.

The definitions beside this file describe the forms as shipped. An operator's folder may replace one
(same kind and version) or add a newer version; the newest is the one in force, the others stay known
so that a form returned on an older edition is still read.
"""

from __future__ import annotations

from parsers.forms.book import FormBook, load_forms
from parsers.forms.definition import FormDefinitionError, parse_form
from parsers.forms.toml_writer import dump_form

__all__ = ["FormBook", "FormDefinitionError", "dump_form", "load_forms", "parse_form"]
