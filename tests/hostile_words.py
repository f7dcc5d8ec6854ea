"""Hostile texts, and what of them must not reach a terminal."""

from __future__ import annotations

import re

NEEDLE = "needle"
HOSTILE = {
    "html": '<img src=x onerror=alert(1)><script>alert(2)</script></td></table><a href="http://x">',
    "attribute": "\" onmouseover=\"alert(1)\" '><svg/onload=alert(2)>",
    "entities": "&lt;b&gt; &#60;i&#62; &amp;amp;",
    "ansi": "\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07 \x1b]0;title\x07 \x1b[2J\x1bc \x9b31m",
    "carriage": "shown\rhidden\x08\x08 \x0b\x0c bell\x07 nul\x00 del\x7f",
    "bidi": "\u202egnp.exe\u202c \u2066a\u2069 \u200fb \u061cc \u200ed \u2028e \u2029f \ufeffg \u200bh",
    "tags": "\U000e0041\U000e0042 \xad \u2060 mem\u200dcpy",
    "surrogates": "\udc80 \ud800 half",
    "maths": "$x$ $$y$$ \\(z\\) \\[w\\] \\$v\\$ \\begin{align}u\\end{align}",
    "rich": "[red]r[/red] [/] [link=http://x]l[/link] [bold [builder 5/9] :smile:",
    "jinja": "{{ 7*7 }} {% raw %} {# c #} ${HOME} %s {0}",
    "markdown": "**b** _i_ [l](javascript:alert(1)) ![i](http://x/y.png) `c` ``d # h | - > <http://x> ~~s~~",
    "lines": "one\ntwo\r\n# three\n\n---\n| a | b |\n```\nfour",
}  # fmt: skip

# What a terminal acts on, and what turns or hides text; a line may end.
STEERS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
