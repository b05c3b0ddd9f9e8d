"""The tables of bench_codec.py, out of its journal."""
import json

OURS = ("fastest", "balanced", "smallest", "codec xdelta3")
PAIRS = ("htop", "nginx", "pyapp", "git")
FLOOR = "compare, zstd -3 of the unique pages"
SOLID = "zstd -5 --patch-from, unique pages, one stream"
TOOLS = ("xz -9", "zstd -3 --patch-from", "zstd -19 --patch-from", "xdelta3 -9, xz -9")

# Bytes and CPU seconds of the original's two modes relative to xz -9 -T1 of the changed pages:
# command line as given with the task, hand-off from the same measurements.
ORIGINAL = {"htop": (0.296, 1.7), "nginx": (0.716, 0.46), "pyapp": (0.964, 0.69),
            "git": (0.949, 0.53)}
HANDOFF_TO_CLI = {"htop": (1022323 / 258475, 3.7 / 3.4),
                  "nginx": (16745642 / 12331855, 6.2 / 22),
                  "pyapp": (46733740 / 40085289, 7.6 / 34.5),
                  "git": (45155089 / 32923678, 8.9 / 67)}


def original(journal, pair):
    """Bytes and CPU seconds of the original's command line, and of its hand-off."""
    line = [part * journal.median(pair, "xz -9", figure)
            for part, figure in zip(ORIGINAL[pair], ("bytes", "cpu"))]
    return line, [part * whole for part, whole in zip(HANDOFF_TO_CLI[pair], line)]


def show_pair(journal, pair, folder):
    count = json.loads((folder / f"pages-plain-{pair}" / "counts").read_text())
    print(f"\n| {pair}: {sum(count.values()):,} pages changed | bytes | CPU s "
          "| wall s | peak MiB |")
    print("|---|---|---|---|---|")
    for name in (*OURS, *TOOLS, SOLID, FLOOR):
        if journal.has(pair, name):
            print(f"| {name} | {journal.median(pair, name, 'bytes'):,.0f} | "
                  f"{journal.median(pair, name, 'cpu'):.2f} | "
                  f"{journal.median(pair, name, 'wall'):.2f} | "
                  f"{journal.most(pair, name, 'peak'):.0f} |")
    if journal.has(pair, "xz -9"):
        for name, (size, cpu) in zip(("original", "original's hand-off"), original(journal, pair)):
            print(f"| {name}, reckoned from xz -9 | {size:,.0f} | {cpu:.2f} | | |")


class Ratios:
    """Rows of figures, a column for each pair."""

    def __init__(self):
        self.rows = {}

    def add(self, figure, wanted, pair, value, limit=None):
        limit = limit or float(wanted.split()[0])
        shown = f"{value:.2f}" if value >= 0.2 else f"{value:.3f}"
        cell = shown if value <= limit else f"**{shown}**"
        self.rows.setdefault((figure, wanted), {})[pair] = cell

    def show(self):
        print("\n| ratio | at most |", " | ".join(PAIRS), "|")
        print("|---|---|" + "---|" * len(PAIRS))
        for (figure, wanted), cells in self.rows.items():
            print(f"| {figure} | {wanted} |", " | ".join(cells.get(p, "") for p in PAIRS), "|")


def add_to_original(ratios, journal, pair):
    line, handoff = original(journal, pair)
    for profile, against, name, limits in (
            ("smallest", line, "original", ("0.90, nginx 0.80", "1.0")),
            ("balanced", line, "original", ("1.10", "0.05")),
            ("fastest", handoff, "its hand-off", ("0.85", "0.10"))):
        for figure, whole, limit in zip(("bytes", "cpu"), against, limits):
            title = f"{'size' if figure == 'bytes' else 'CPU'}, {profile} ÷ {name}"
            strict = 0.80 if pair == "nginx" and "nginx" in limit else None
            ratios.add(title, limit, pair, journal.median(pair, profile, figure) / whole,
                       strict or float(limit.split(",")[0]))


def add_ratios(ratios, journal, pair):
    if journal.has(pair, "xz -9"):
        add_to_original(ratios, journal, pair)
    if journal.has(pair, SOLID):
        ratios.add("create, balanced ÷ (compare + zstd -3), wall", "1.3", pair,
                   journal.median(pair, "balanced", "wall") / journal.median(pair, FLOOR, "wall"))
        stored = sum(journal.median(pair, "balanced", f"stored {image}")
                     for image in ("disk", "memory"))
        ratios.add("segments ÷ one stream, size", "1.05", pair,
                   stored / journal.median(pair, SOLID, "bytes"))
    for profile in ("balanced", "smallest"):
        slowest = max(journal.median(pair, profile, what) for what in ("check", "write"))
        ratios.add(f"decode ÷ max(decompress only, write only), {profile}, wall", "1.25", pair,
                   journal.median(pair, profile, "replay") / slowest)
    peak = max(journal.most(pair, name, what) for name in OURS for what in ("peak", "decode peak"))
    ratios.add("peak memory of create and decode ÷ 192 MiB", "1.0", pair, peak / 192)


def add_cleaned(ratios, journal):
    for pair, what, figure, wanted in (("nginx", "size", "bytes", "0.35"),
                                       ("git", "memory", "stored memory", "0.2")):
        cleaned = f"cleaned {pair}"
        if journal.has(cleaned, "balanced") and journal.has(pair, "balanced"):
            ratios.add(f"cleaned ÷ plain guest, {what}, balanced", wanted, pair,
                       journal.median(cleaned, "balanced", figure)
                       / journal.median(pair, "balanced", figure))


def show(journal, folder):
    ratios = Ratios()
    for pair in PAIRS:
        if journal.has(pair, OURS[-1]):
            show_pair(journal, pair, folder)
            add_ratios(ratios, journal, pair)
    add_cleaned(ratios, journal)
    ratios.show()
    if journal.has("cleaned null", "balanced"):
        size = journal.median("cleaned null", "balanced", "bytes")
        print(f"\nNothing changed, cleaned guest: {size:,.0f} bytes (at most 524,288).")
    if journal.has("base", "index"):
        ratio = (journal.median("base", "index", "index")
                 / journal.median("base", "index", "sha256sum"))
        print(f"Index of a base ÷ sha256sum of its data, CPU: {ratio:.2f} (at most 1.2).")
