"""The table of figures, and where it goes in the documentation."""

import os
import platform
import statistics

import targets

BEGIN, END = "<!-- figures of {}: written by scripts/bench.sh -->", "<!-- end of figures of {} -->"


class Table:
    """Figures by what was measured, and by whom, one a round."""

    def __init__(self, targets):
        self.rows, self.targets = {}, list(targets())

    def add(self, row, name, figure):
        self.rows.setdefault(row, {}).setdefault(name, []).append(figure)

    def text(self, rounds):
        """As Markdown, with the machine and the ratio of medians to Kea's."""
        lines = [
            f"{machine()}; median of {rounds} rounds (least to most).", "",
            "| | who | median | least to most | to Kea |", "| --- | --- | ---: | ---: | ---: |"]
        for row, names in self.rows.items():
            kea = statistics.median(names["kea"]) if "kea" in names else None
            for name, figures in names.items():
                median = statistics.median(figures)
                ratio = f"{median / kea:.2f}" if kea and name != "kea" else ""
                lines.append(f"| {row} | {name} | {number(median)} "
                             f"| {number(min(figures))} to {number(max(figures))} | {ratio} |")
                row = ""
        return "\n".join([*lines, "", targets.text(self.targets, self.rows, number)])


def number(figure):
    """With three digits that say something."""
    if abs(figure) >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"


def machine():
    """The machine in general words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{os.cpu_count()} virtual processors, {memory:.0f} GiB of memory, "
            f"Linux {platform.release().split('-')[0]}")


def write(path, protocol, text):
    """Puts the figures of a protocol where the document wants them."""
    begin, end = BEGIN.format(protocol), END.format(protocol)
    before, _, rest = path.read_text().partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}")
