"""Writes the Markdown docs as a site that opens from disk: `python -m hitcast.cli.docs_site`."""

import logging
from pathlib import Path

from hitcast.cli.feature_docs import features_page
from hitcast.core.home import PROJECT_DIR

DOCS = PROJECT_DIR / "docs"
SITE = PROJECT_DIR / "site"
LAST = ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
FEATURES = "features"
"""Page that is written from the features' YAML, with the site."""
ORDER = ("bi", "page", "ingest", "modelling", "evaluation", "experiments", FEATURES, "demo-world", "performance")
"""What readers want first; other pages follow by name."""


def pages(docs: Path = DOCS) -> list[str]:
    """Names of the pages' files, the README as the first, how to contribute and security as the last."""
    there = {file.stem for file in docs.glob("*.md")} | {FEATURES}
    named = [name for name in ORDER if name in there]
    return ["index.md", *(f"{name}.md" for name in [*named, *sorted(there - set(named))]), *LAST]


def write_site(site: Path = SITE) -> None:
    """Builds `site/`; the README is its first page."""
    import shutil
    import tempfile

    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "docs"
        shutil.copytree(DOCS, copy)
        readme = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
        (copy / "index.md").write_text(readme.replace("](docs/", "]("), encoding="utf-8")
        (copy / f"{FEATURES}.md").write_text(features_page(), encoding="utf-8")
        settings = Path(folder) / "mkdocs.yml"
        settings.write_text("site_name: hitcast\n", encoding="utf-8")
        for name in LAST:
            text = (PROJECT_DIR / name).read_text(encoding="utf-8")
            # what the project keeps in docs/ lies beside it here
            (copy / name).write_text(text.replace("](docs/", "]("), encoding="utf-8")
        config = load_config(
            str(settings),
            docs_dir=str(copy),
            site_dir=str(site),
            nav=pages(),
            # no fonts, scripts or styles from elsewhere, and links that work without a server
            theme={"name": "mkdocs", "highlightjs": False, "user_color_mode_toggle": False},
            plugins=[],
            use_directory_urls=False,
        )
        build(config)


if __name__ == "__main__":
    write_site()
