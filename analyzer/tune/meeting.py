"""Which features' bills depend on each other's rules: those between which a prefix passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.store import Store


def prefixes_in_common(store: Store) -> list[frozenset[str]]:
    """Return the features that send a prefix in common, in sets that do not touch."""
    rows = store.query("tune_prefixes").iter_rows()
    return joined(frozenset(features) for (features,) in rows)


def joined(groups: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Return the same sets, those that touch made one."""
    found: list[frozenset[str]] = []
    for mine in groups:
        touching = [group for group in found if group & mine]
        found = [group for group in found if not group & mine]
        found.append(mine.union(*touching))
    return found


def meeting(
    warm: Iterable[str], static: Iterable[str], alike: Sequence[frozenset[str]]
) -> list[frozenset[str]]:
    """Return the features whose prefix caches, or payments for a static prefix, may meet.

    Args:
        warm: features under a prompt_cache rule.
        static: features whose static prefix a rule compresses; one without a key is a key too, so
            that all of them meet.
        alike: the features that send a prefix in common, in sets that do not touch.
    """
    names, always = frozenset(warm), frozenset(static)
    if always:
        return [names | always]
    return [group & names for group in alike if len(group & names) > 1]
