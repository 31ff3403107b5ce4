# Writes what was seen as tables in Markdown.
# SPDX-License-Identifier: GPL-2.0-or-later


def table(titles, rows):
    """A Markdown table; its columns line up in a terminal, too."""
    widths = [max(len(str(row[at])) for row in [titles, *rows])
              for at in range(len(titles))]
    lines = ["| " + " | ".join(str(cell).ljust(width) for cell, width
                               in zip(row, widths)) + " |"
             for row in [titles, *rows]]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths)
                 + "|")
    return "\n".join(lines)


def shown(seen):
    """One call as cells: reason, attribute, error, webhook, seconds."""
    error = "none" if seen.error is None else \
        f"{seen.status_code} {seen.status}".strip() or "no status"
    webhook = seen.webhook_reason or "-"
    if seen.webhook_attribute:
        webhook += f", {seen.webhook_attribute}"
    if seen.webhook.get("event", "participant_left") != "participant_left":
        webhook += " (aborted)"
    return [seen.reason, seen.attribute or "-", error, webhook,
            f"{seen.seconds:.1f}"]


TITLES = ["disconnect_reason", "lktest.id", "error's status", "webhook", "s"]


def side_by_side(rows, ways, calls):
    """What was seen, for each row and way; `calls` has Seen by (row, way)."""
    body = [[row.name if way == ways[0] else "", row.reason
             if way == ways[0] else "", way, *shown(calls[row, way])]
            for row in rows for way in ways]
    return table(["trunk", "wanted", "way", *TITLES], body)
