"""Every setting of the table is read somewhere, or says that it is not used."""
import re

from csource import bare_code, sources
from tap import Sample, Tap, source_dir

ROW = re.compile(r'\{\s*"([\w-]+)",\s*"([\w-]+)",\s*MADO_CONF_\w+,(.*?)\},?\s*$', re.S | re.M)


def settings(root):
    """(section, key, rest of the row)."""
    text = (root / "src/conf/table.c").read_text()
    return [m.groups() for m in ROW.finditer(text)]


def check_used(root):
    rows = settings(root)
    if not rows:
        yield "src/conf/table.c: no settings found"
    texts = [bare_code(p.read_text(), keep_strings=True) for p in sources(root, "src", suffixes=(".c",))
             if p.parent.name != "conf"]
    for section, key, rest in rows:
        if "Accepted and not used" in rest:
            continue
        together = re.compile(rf'"{section}",\s*"{key}"')
        if not any(together.search(text) or (f'"{key}"' in text and f'"{section}"' in text)
                   or re.search(rf'workers_key = "{key}"', text) for text in texts):
            yield f"[{section}] {key} is read nowhere"


def main():
    tap, root = Tap(), source_dir()
    tap.none(check_used(root), "every setting is used")
    tap.ok(len(settings(root)) >= 50, f"the table is read ({len(settings(root))} settings)")
    table = ('const MadoConfSetting mado_conf_settings[] = {\n  { "team", "name", MADO_CONF_STRING, NULL, 0, 0, "Name." },\n'
             '  { "team", "idle", MADO_CONF_STRING, NULL, 0, 0,\n    "Nobody asks." },\n'
             '  { "web", "listen", MADO_CONF_STRING, NULL, 0, 0, "Accepted and not used: no page." },\n};\n')
    with Sample({"src/conf/table.c": table,
                 "src/front/x.c": 'x = mado_conf_string (c, "team", "name"); /* "team", "idle" */\n'}) as sample:
        found = list(check_used(sample))
        tap.finds(found, "[team] idle", "a setting that nobody reads is found")
        tap.ok(len(found) == 1, "used and marked settings are let be", found)
    tap.done()


main()
