"""The fixed parts of the HTML report: its looks, its few lines of script, and the frame around its contents."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark;
  --back: #fff; --card: #fff; --text: #1f2328; --dim: #656d76; --line: #d5dae0; --soft: #f6f8fa; --link: #0550ae;
  --old: #fff0ee; --old-mark: #ffc9c2; --new: #eafbee; --new-mark: #abf0bb; --warn: #fff8dc; --warn-line: #d4a72c;
  --green: #1a7f37; --amber: #8a5d00; --red: #c21d26; --violet: #7c3fc4;
  --comment: #646d76; --string: #0a5c2e; --keyword: #b0205f; --number: #0550ae; --definition: #6639ba; }
@media (prefers-color-scheme: dark) { :root {
  --back: #0f1318; --card: #151a21; --text: #dbe2ea; --dim: #8d96a1; --line: #303842; --soft: #1a2029; --link: #79b8ff;
  --old: #34191c; --old-mark: #7a2b30; --new: #12291c; --new-mark: #1f6233; --warn: #2a2413; --warn-line: #9a7a1c;
  --green: #56d364; --amber: #e3b341; --red: #ff7b72; --violet: #c297ff;
  --comment: #8b949e; --string: #a5d6a7; --keyword: #ff8fb1; --number: #79c0ff; --definition: #d2a8ff; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 4.2rem; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main, .bar > div { max-width: 1480px; margin: 0 auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin: 1.6rem 0 .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
h4 { margin: 0; padding: .3rem .8rem; font: 12px/1.4 ui-monospace, monospace; color: var(--dim);
  background: var(--soft); border-top: 1px solid var(--line); }
p { margin: .2rem 0; } .dim { color: var(--dim); } a { color: var(--link); }
code, pre, .path, kbd, svg text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.meaning { background: var(--warn); border: 1px solid var(--warn-line); border-radius: 8px; padding: .2rem 1.2rem .8rem;
  margin: 1.2rem 0; } .meaning h2 { margin: .7rem 0 .3rem; } .meaning ul { margin: 0; padding-left: 1.2rem; }
.bar { position: sticky; top: 0; z-index: 1; background: var(--back); border-bottom: 1px solid var(--line);
  margin: 1.6rem 0 1rem; }
.bar > div { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; padding: .6rem 1.5rem; }
input[type=search] { flex: 0 1 22rem; padding: .35rem .7rem; font: inherit; color: inherit; background: var(--soft);
  border: 1px solid var(--line); border-radius: 6px; }
kbd { font-size: 12px; border: 1px solid var(--line); border-radius: 4px; padding: 0 .35em; background: var(--soft); }
#help { margin-left: auto; position: relative; color: var(--dim); }
#help summary { cursor: pointer; list-style: none; }
#help dl { position: absolute; right: 0; top: 1.6rem; margin: 0; padding: .7rem 1rem; width: max-content; z-index: 2;
  display: grid; grid-template-columns: auto auto; gap: .25rem .9rem; background: var(--card); color: var(--text);
  border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 4px 18px #0004; } #help dd { margin: 0; }
details.file { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: 0 0 1rem;
  overflow: clip; }
details.file > summary { padding: .55rem .8rem; cursor: pointer; display: flex; gap: 1rem; align-items: baseline; }
details.file > summary:focus-visible { outline: 2px solid var(--link); outline-offset: -2px; }
.path { font-weight: 600; font-size: 13px; overflow-wrap: anywhere; }
.status { font-size: 13px; font-weight: 600; }
.status.migrated { color: var(--green); } .status.partial, .status.left { color: var(--amber); }
.status.error { color: var(--red); } .status.stubbed { color: var(--violet); }
table.diff { width: 100%; table-layout: fixed; border-collapse: collapse; font-size: 12.5px; line-height: 1.45; }
table.diff td { padding: 0 .6rem; vertical-align: top; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
table.diff td.number { width: 3.6rem; text-align: right; color: var(--dim); user-select: none; padding: 0 .5rem;
  font-family: ui-monospace, monospace; white-space: nowrap; }
td.old { background: var(--old); } td.new { background: var(--new); } td.none { background: var(--soft); }
td.number.old::after { content: " \\2212"; } td.number.new::after { content: " +"; }
table.diff tr > :nth-child(3) { border-left: 1px solid var(--line); }
mark { color: inherit; border-radius: 3px; } .old mark { background: var(--old-mark); }
.new mark { background: var(--new-mark); }
code i { font-style: normal; } .comment { color: var(--comment); } i.comment { font-style: italic; }
.string { color: var(--string); } .keyword, .decorator { color: var(--keyword); }
.number, .builtin { color: var(--number); } .definition { color: var(--definition); }
ul.left { margin: 0; padding: .6rem 1rem .7rem 2rem; border-top: 1px solid var(--line); }
ul.left li { margin: .35rem 0; } ul.left li::marker { color: var(--amber); }
ul.left li:focus, ul.left li:target { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 4px; }
table.at { margin: .15rem 0 0; background: var(--soft); }
table.list { border-collapse: collapse; } table.list td, table.list th { padding: .2rem 1.4rem .2rem 0;
  vertical-align: top; text-align: left; } table.list td:first-child { white-space: nowrap; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; margin: .3rem 0;
  overflow-x: auto; font-size: 13px; }
.scroll { overflow-x: auto; margin-top: .6rem; } svg { display: block; max-width: none; }
svg text { font-size: 12px; fill: var(--text); }
svg .title { fill: var(--dim); } svg rect { fill: none; stroke: var(--line); }
svg .group > rect { fill: var(--soft); } svg .group.migrated > rect { stroke: var(--green); }
svg .group.left > rect { stroke: var(--amber); stroke-dasharray: 5 4; }
svg .group.stubbed > rect { stroke: var(--violet); }
svg .node rect { fill: var(--card); } svg a:hover rect { stroke: var(--link); stroke-width: 2; }
svg .node.error text { fill: var(--red); }
svg .link { fill: none; stroke: var(--line); stroke-dasharray: 2 3; }
svg .dim { fill: var(--dim); } svg .path { font-size: 12px; } svg .title { font-weight: 600; }
svg .arrow .line { fill: none; stroke: var(--link); } svg .arrow .tip { fill: var(--link); stroke: none; }
svg .imported .line { stroke: var(--dim); stroke-dasharray: 2 3; } svg .imported .tip { fill: var(--dim); }
svg .imported text { fill: var(--dim); } svg .arrow:hover .line { stroke-width: 2; }
svg .group:target > rect { stroke-width: 3; }
[hidden] { display: none !important; }
@media print { .bar { display: none; } }
"""

SCRIPT = """
const search = document.querySelector("#search"), shown = document.querySelector("#shown");
const boxes = [...document.querySelectorAll(".bar input[type=checkbox]")];
const items = [...document.querySelectorAll("[data-status]")];
const files = items.filter(item => item.matches("details"));
const lefts = [...document.querySelectorAll("[id^=left-]")];
const texts = new Map(items.map(item => [item, item.textContent.toLowerCase()]));

function filter() {
  const words = search.value.toLowerCase().split(/\\s+/), on = boxes.filter(box => box.checked).map(box => box.value);
  for (const item of items)
    item.hidden = !on.includes(item.dataset.status) || !words.every(word => texts.get(item).includes(word));
  shown.textContent = `${files.filter(file => !file.hidden).length} of ${files.length} files`;
}

function step(by) {
  const open = files.filter(file => !file.hidden), at = open.findIndex(file => file.contains(document.activeElement));
  const next = open[Math.min(Math.max(at + by, 0), open.length - 1)];
  if (!next) return;
  next.querySelector("summary").focus({preventScroll: true});
  next.scrollIntoView();
}

function left(by) {
  const here = document.activeElement, places = lefts.filter(place => !place.closest("details").hidden);
  const after = place => here.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING;
  const at = places.indexOf(here), following = here === document.body ? 0 : places.findIndex(after);
  const next = at >= 0 ? at + by : (following < 0 ? places.length : following) + Math.min(by, 0);
  if (places.length) show(places[(next + places.length) % places.length]);
}

function show(place) {
  const file = place.closest("details");
  if (file && file.hidden) { search.value = ""; for (const box of boxes) box.checked = true; filter(); }
  if (file) file.open = true;
  (place === file ? file.querySelector("summary") : place).focus({preventScroll: true});
  place.scrollIntoView({block: place === file ? "start" : "center"});
}

const help = document.querySelector("#help");
const keys = {
  j: () => step(1), k: () => step(-1), n: () => left(1), p: () => left(-1), "/": () => search.focus(),
  g: () => document.querySelector("#groups")?.scrollIntoView(), "?": () => { help.open = !help.open; },
  e: () => { const open = files.some(file => !file.open); for (const file of files) file.open = open; },
};
document.addEventListener("keydown", event => {
  if (event.key === "Escape") { search.value = ""; search.blur(); help.open = false; filter(); return; }
  if (event.target === search || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
search.addEventListener("input", filter);
for (const box of boxes) box.addEventListener("change", filter);
addEventListener("hashchange", () => arrive());
function arrive() {
  const place = document.getElementById(location.hash.slice(1));
  if (place && place.closest("details")) show(place);
}
filter();
arrive();
"""

#: The policy forbids every request, so the page can be mailed and opened anywhere without telling anybody.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def page(title: str, body: str) -> str:
    """A whole document; `title` and `body` are HTML already."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style></head>\n<body>{body}<script>{SCRIPT}</script></body></html>\n"
    )
