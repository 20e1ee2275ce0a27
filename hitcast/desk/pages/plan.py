"""The plan of a budget: which open releases to promote with how much, and what is better kept."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hitcast.core.errors import HitcastError
from hitcast.core.label import read_label
from hitcast.desk.visit import VisitOf, amount

router = APIRouter(include_in_schema=False)
MAX_ROWS = 50


@router.get("/plan")
def plan(visit: VisitOf) -> HTMLResponse:
    """The plan of the reader's budget, else of the label's; without a campaign log, releases by what is to come."""
    from ml.decide.plan import plan_of_label

    effects = visit.snapshot.frame("effects")
    usable = effects[effects["refusal"].isna()]
    refusals = effects["refusal"].dropna().value_counts().to_dict()
    failure, label = "", None
    try:
        label = read_label(visit.desk.home)
    except HitcastError as error:
        failure = str(error)
    asked = amount("budget", visit.text("budget"))
    budget = asked if asked is not None else (label.budget if label else None)
    found, rows = None, []
    if label is not None and budget is not None and not usable.empty:
        shares = usable.set_index("release_id")["paid_share"].dropna().to_dict()
        try:
            found = plan_of_label(usable, shares, label, budget)
        except HitcastError as error:
            failure = str(error)
        else:
            names = usable.drop_duplicates(["release_id", "spend"])[
                ["release_id", "spend", "start_day", "artist_name", "release_title"]
            ]
            rows = found.rows.merge(names, on=["release_id", "spend"]).head(MAX_ROWS).to_dict("records")
    return visit.page(
        "plan",
        "plan",
        found=found,
        rows=rows,
        budget=budget,
        currency=(label.currency if label else "") or next(iter(usable["currency"].dropna()), ""),
        pays=bool(rows) and rows[0]["value"] == rows[0]["value"],
        goals={str(upc).lstrip("0"): goal for upc, goal in label.goals.items()} if label else {},
        refusals=refusals,
        failure=failure,
        has_log=not effects.empty,
        ranked=visit.snapshot.rows("ranked")[:MAX_ROWS] if usable.empty else [],
        campaigns=visit.snapshot.rows("recent_campaigns"),
    )
