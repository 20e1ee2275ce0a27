"""The model that forecasts are made with: the champion, or, where its files are damaged, the champion before it."""

from dataclasses import dataclass

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.registry import store
from ml.registry.bundles import Bundle, load_bundle


@dataclass(frozen=True)
class Standing:
    """A version that can be read.

    Attributes:
        version: The version.
        bundle: Its models.
        instead_of: Why it stands in for the champion, in words; empty where it is the champion itself.
    """

    version: store.Version
    bundle: Bundle
    instead_of: str = ""


def load_standing(settings: Settings) -> Standing | None:
    """The champion, or the latest one before it that can be read; None where nothing was trained.

    Raises:
        HitcastError: None of them can be read.
    """
    champion = store.champion(settings)
    if champion is None:
        return None
    try:
        return Standing(champion, load_bundle(champion.bundle))
    except HitcastError as error:
        damage = error
    message = f"instead of champion version {champion.version}, which cannot be read; `hitcast train` makes another"
    for earlier in store.earlier_champions(settings):
        try:
            return Standing(earlier, load_bundle(earlier.bundle), message)
        except HitcastError:
            continue
    raise damage
