/** How the page looks: light and dark, from a phone to a wide screen, and on paper. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: light-dark(#f6f7f9, #0f1216); --card: light-dark(#fff, #181c22); --line: light-dark(#e3e6ea, #2b313a);
  --text: light-dark(#1b2027, #e8ebef); --soft: light-dark(#59626e, #a0a9b5); --link: light-dark(#2350c8, #8db0ff);
  --bar: light-dark(#dfe8fd, #23345c); --rise: light-dark(#b3261e, #ff8a80); --fall: light-dark(#1a7037, #6fd08c);
  --alert: light-dark(#fdf0ee, #3a1f1d); --accent: light-dark(#2f5fe0, #7aa2ff); --chosen: light-dark(#e8eefc, #22304f); }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; }
a { color: var(--link); text-underline-offset: .2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem; z-index: 9; }
header, main, footer { max-width: 88rem; margin: 0 auto; padding: 0 1.25rem; }
header .top { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.5rem; padding: .9rem 0 .5rem; }
h1 { font-size: 1.15rem; margin: 0; letter-spacing: -.01em; } h1 span { color: var(--soft); font-weight: 400; }
nav { display: flex; gap: .25rem; }
nav a { padding: .3rem .75rem; border-radius: 99px; color: var(--soft); text-decoration: none; font-weight: 500; }
nav a:hover { background: var(--line); } nav a[aria-current] { background: var(--chosen); color: var(--text); }
.asof { margin-left: auto; color: var(--soft); font-size: .85rem; }
.filters { position: sticky; top: 0; z-index: 5; background: var(--page); border-bottom: 1px solid var(--line); }
form { max-width: 88rem; margin: 0 auto; padding: .5rem 1.25rem; display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: end; }
label { display: grid; font-size: .75rem; color: var(--soft); gap: .1rem; }
select, button { font: inherit; font-size: .875rem; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 7px;
  padding: .35rem .6rem; max-width: 15rem; min-width: 7rem; }
select:hover, button:hover { border-color: var(--soft); } select.set { border-color: var(--accent); background: var(--chosen); }
button { min-width: 0; cursor: pointer; }
.clear { font-size: .85rem; padding: .4rem .25rem; }
section.part { margin: 1.75rem 0 2.25rem; scroll-margin-top: 5rem; }
h2 { font-size: 1.2rem; margin: 0; letter-spacing: -.01em; } .part > p { margin: .1rem 0 .75rem; color: var(--soft); font-size: .875rem; max-width: 60rem; }
.row { display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); gap: .9rem; margin-bottom: .9rem; }
article { grid-column: span var(--width); background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: .85rem 1rem; min-width: 0;
  display: flex; flex-direction: column; }
h3 { font-size: .925rem; margin: 0; font-weight: 600; } .question { margin: 0 0 .5rem; color: var(--soft); font-size: .8rem; }
.scalar h3 { color: var(--soft); font-weight: 500; font-size: .85rem; } .scalar .question { margin: .35rem 0 0; font-size: .75rem; }
p.number { font-size: 1.75rem; line-height: 1.25; font-weight: 650; margin: .1rem 0 0; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.detail { margin: .1rem 0 0; font-size: .825rem; color: var(--soft); font-variant-numeric: tabular-nums; } .detail b { color: var(--text); font-weight: 550; }
.change { white-space: nowrap; } .rise, .fall { font-weight: 600; } .rise { color: var(--rise); } .fall { color: var(--fall); }
.body { min-height: 3.5rem; flex: 1; transition: opacity .15s; } .body[aria-busy='true'] { opacity: .45; }
article:not(.scalar) .body { min-height: 8rem; }
.waiting { height: 100%; min-height: 3rem; border-radius: 8px; background: linear-gradient(90deg, var(--line), transparent, var(--line)); background-size: 200% 100%;
  animation: wait 1.6s linear infinite; opacity: .5; }
@keyframes wait { from { background-position: 200% 0; } }
.chart { height: var(--height); min-height: 17rem; }
.scroll { overflow: auto; margin: 0 -.35rem; padding: 0 .35rem; max-height: max(var(--height), 20rem); }
table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem .5rem; border-bottom: 1px solid var(--line); vertical-align: baseline; }
tbody tr:last-child > * { border-bottom: 0; } tbody tr:hover { background: light-dark(#f3f5f8, #1f242c); }
thead th { color: var(--soft); font-weight: 500; font-size: .775rem; white-space: nowrap; position: sticky; top: 0; background: var(--card); z-index: 1; }
tbody th { font-weight: 550; overflow-wrap: break-word; min-width: 9rem; max-width: 20rem; } td { white-space: nowrap; } th.number, td.number { text-align: right; }
tbody a { text-decoration: none; } tbody a:hover { text-decoration: underline; } a[aria-current='true'] { background: var(--chosen); border-radius: 4px; padding: 0 .25rem; margin: 0 -.25rem; }
td.bar { background: linear-gradient(to left, var(--bar) var(--part), transparent 0) no-repeat right .25rem top .35rem / calc(100% - .25rem) 1.45em; border-radius: 2px; }
.under { display: block; color: var(--soft); font-weight: 400; font-size: .775rem; }
.lacks { color: var(--rise); }
.badge { font-size: .7rem; font-weight: 600; color: var(--rise); border: 1px solid; border-radius: 99px; padding: 0 .45em; white-space: nowrap; }
tr.stands, tr.stands:hover { background: var(--alert); }
.scroll + .detail { margin-top: .5rem; }
.nothing, .failed { color: var(--soft); font-size: .875rem; margin: .5rem 0; } .failed { color: var(--rise); }
details { margin-top: .35rem; font-size: .85rem; } summary { color: var(--soft); cursor: pointer; width: fit-content; border-radius: 4px; }
footer { color: var(--soft); font-size: .8rem; padding-bottom: 2.5rem; }
@media (max-width: 60rem) { .row { grid-template-columns: repeat(12, minmax(0, 1fr)); } article { grid-column: 1 / -1; } article.scalar { grid-column: span 6; } article.scalar:last-child:nth-child(odd) { grid-column: 1 / -1; } }
@media (max-width: 40rem) { body { font-size: 14px; } .asof { margin-left: 0; } header, main, footer, form { padding-left: .8rem; padding-right: .8rem; }
  .filters { position: static; } label { flex: 1 1 40%; } select { max-width: none; width: 100%; } article { padding: .75rem .8rem; border-radius: 10px; } p.number { font-size: 1.4rem; }
  .row { gap: .6rem; margin-bottom: .6rem; } }
@media (max-width: 40rem) { .wide { display: none; } tbody th { min-width: 7.5rem; max-width: 11rem; } th, td { padding: .4rem .3rem; } td.text { white-space: normal; } }
@media print { .filters, nav, details { display: none; } article { break-inside: avoid; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } html { scroll-behavior: auto; } }
`;
