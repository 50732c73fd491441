"""我的标签: what decides what is pushed to the person, and its deletion, one by one or all."""

from app.dialogue import options
from app.dialogue.intents import find_intent, named
from app.dialogue.scene import Scene, digress, stay
from app.dialogue.types import Arrived, Position, Said, Say, TagDeleted, Turn, Typed
from app.dialogue.words import squash

_ALL = frozenset(("全部删除", "全删", "都删", "都删除", "删除全部", "全部", "全部都删", "都删掉"))
_NONE = frozenset(("不删了", "不删", "不删除", "都不删", "算了"))


def asks_for_tags(said: Said, position: Position) -> bool:
    """Say whether these words need the person's tags; no other turn pays for reading them."""
    if position.stage == "choosing_tag":
        return True
    if isinstance(said, Arrived):
        return said.by == "menu" and named(said.key) == "tags"
    if not isinstance(said, Typed):
        return False
    tap = said.option_id or ""
    is_tapped = tap == "c.tags" or tap.startswith(f"{options.TAG}.")
    # Where the option stands under the last words, a number may mean it.
    return is_tapped or "c.tags" in position.offered or find_intent(said.words) == "tags"


def show(scene: Scene) -> Turn:
    """Show the tags, numbered, with what deletes them; say so where there are none."""
    if not scene.known.tags:
        return stay(scene, Say("tags.none"))
    return digress(scene, "choosing_tag")


def typed_in_tags(scene: Scene) -> Turn | None:
    """Read all or none, where the tags were shown."""
    words = squash(scene.words)
    if words in _ALL:
        return delete(scene, options.EVERY_TAG)
    return stay(scene, Say("command.as_before")) if words in _NONE else None


def delete(scene: Scene, key: str) -> Turn:
    """Delete one tag, or all; one that is not there any more is said to be gone."""
    if key == options.EVERY_TAG:
        say = Say("tags.all_deleted", {"count": len(scene.known.tags)})
        return stay(scene, say, (TagDeleted(key),))
    tag = next((tag for tag in scene.known.tags if tag.key == key), None)
    if tag is None:
        return stay(scene, Say("tags.gone", options=options.TAGS_AGAIN))
    left = len(scene.known.tags) - 1
    again = options.TAGS_AGAIN if left else ()
    say = Say("tags.deleted", {"label": tag.label, "left": left}, again)
    return stay(scene, say, (TagDeleted(key),))
