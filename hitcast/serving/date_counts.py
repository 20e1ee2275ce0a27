"""How many published releases have a date that cannot be right."""

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.serving.publish import open_published, published_file

COUNTS = """
    select
        count(*) filter (is_date_wrong),
        count(*) filter (is_date_moved),
        count(*) filter (
            verdict = 'reissue' and catalog_release_date > (select max(data_through_date) from publish_info)
        )
    from release_date_checks
    """


def count_dates(home: Home) -> tuple[int, int, int]:
    """Releases refused for their date, those whose date is moved, and upcoming ones without a track of their own.

    All 0 where nothing is published, or by a version that checked no dates.

    Raises:
        HitcastError: The published file cannot be read.
    """
    if not published_file(home).exists():
        return 0, 0, 0
    with open_published(home) as serving:
        try:
            [(wrong, moved, lost)] = serving.execute(COUNTS).fetchall()
        except duckdb.CatalogException:
            return 0, 0, 0
        except duckdb.Error as error:
            what = f"cannot be read ({str(error).splitlines()[0]})"
            raise HitcastError(what, str(published_file(home)), "`hitcast publish` writes it again") from None
    return wrong, moved, lost
