"""The desk's pages, a module each."""

from hitcast.desk.pages import calendar, compare, health, personal, plan, portfolio, release, releases, trust, week

ROUTERS = tuple(
    module.router for module in (week, releases, release, compare, portfolio, plan, calendar, trust, health, personal)
)
