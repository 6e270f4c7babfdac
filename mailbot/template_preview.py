"""All mails filled with invented letters, for the terminal and as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import escape
from rich.panel import Panel
from rich.text import Text

from parsers.types import Language
from rules.types import TemplateName

if TYPE_CHECKING:
    from mailbot.templates import Rendered

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 76em; padding: 1em; }
nav ul { columns: 16em; }
section { border-top: 1px solid; margin-top: 2em; }
.both { display: flex; flex-wrap: wrap; gap: 1em; }
.both > * { flex: 1 1 22em; min-width: 0; }
iframe { border: 1px solid; width: 100%; height: 40em; background: Canvas; }
pre { overflow-x: auto; border: 1px solid; padding: 1em; margin: 0; font-size: 13px; max-height: 38em; }
"""


@dataclass(frozen=True, slots=True)
class Preview:
    """One mail, filled. Rich prints it as a panel."""

    template: TemplateName
    language: Language
    rendered: Rendered

    @property
    def anchor(self) -> str:
        return f"{self.language}-{self.template}"

    def __rich__(self) -> Panel:
        title = Text(f"{self.template} ({self.language})")
        body = Text(f"{self.rendered.subject}\n\n", style="bold")
        return Panel(body.append(Text(self.rendered.text.rstrip(), style="not bold")), title=title)


def page(previews: list[Preview]) -> str:
    """One HTML page that shows every mail, as HTML in a frame of its own and as text beside it."""
    links = "\n".join(f'<li><a href="#{p.anchor}">{p.template} ({p.language})</a></li>' for p in previews)
    sections = "\n".join(_section(p) for p in previews)
    return f"""<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mails de mailbot</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Mails de mailbot</h1>
<p>Chaque mail, rempli avec des données inventées.</p>
<nav aria-label="Mails"><ul>
{links}
</ul></nav>
<main>
{sections}
</main>
</body>
</html>
"""


def _section(preview: Preview) -> str:
    rendered = preview.rendered
    return f"""<section id="{preview.anchor}" lang="{preview.language}">
<h2>{preview.template} ({preview.language})</h2>
<p><strong>{escape(rendered.subject)}</strong></p>
<div class="both">
<iframe sandbox="" title="{preview.template} ({preview.language})" srcdoc="{escape(rendered.html)}"></iframe>
<pre tabindex="0">{escape(rendered.text)}</pre>
</div>
</section>"""
