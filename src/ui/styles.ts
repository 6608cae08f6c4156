import { assetPath } from './asset-path.ts'

/** The one stylesheet. Its address holds a hash of its text, so that it may be kept for ever. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1b1f27, #e8eaf0); --quiet: light-dark(#5a6272, #a3abba);
  --paper: light-dark(#ffffff, #1c2029); --ground: light-dark(#f3f4f7, #12151b);
  --line: light-dark(#d9dde5, #343b48); --accent: light-dark(#2346c4, #9db2ff);
  --on-accent: light-dark(#ffffff, #10172e); --warn: light-dark(#8f3d00, #ffb77a);
  --warn-ground: light-dark(#fff4e8, #35230f); --good: light-dark(#17693f, #7fd8a8);
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
header.site { padding: 1rem 1.25rem; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; }
header.site > a { color: var(--ink); font-weight: 650; text-decoration: none; letter-spacing: .01em; }
header.site nav { flex: 1; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; align-items: baseline; }
header.site nav a { color: var(--quiet); text-decoration: none; padding: .2rem 0; }
header.site nav a[aria-current=page] { color: var(--ink); border-bottom: 2px solid var(--accent); }
header.site .who { margin-left: auto; font-size: .9rem; color: var(--quiet); overflow-wrap: anywhere; }
main {
  max-width: 30rem; margin: 1rem auto 4rem; padding: 2rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: 14px; overflow-wrap: break-word;
}
main.wide { max-width: 60rem; }
h1 { font-size: 1.45rem; line-height: 1.25; margin: 0 0 1rem; letter-spacing: -.01em; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: 0 0 1rem; }
a { color: var(--accent); }
.lead { font-size: 1.1rem; color: var(--quiet); }
.small, .detail { font-size: .9rem; color: var(--quiet); }
.detail { display: block; }
label { display: block; font-weight: 600; margin-bottom: .35rem; }
input[type=email], input[type=text], input[type=url], input[type=date], input[type=search], input.one-time-code,
textarea, select {
  width: 100%; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--line); border-radius: 8px; margin-bottom: .75rem;
}
textarea { font: .9rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; resize: vertical; }
input.one-time-code { font-size: 1.4rem; letter-spacing: .25em; font-variant-numeric: tabular-nums; }
input[aria-invalid=true], textarea[aria-invalid=true] { border-color: var(--warn); }
button, .button {
  font: inherit; font-weight: 600; padding: .6rem 1.1rem; border-radius: 8px; cursor: pointer;
  color: var(--ink); background: transparent; border: 1px solid var(--line);
}
a.button { display: inline-block; text-decoration: none; }
button.danger { color: var(--warn); border-color: currentColor; }
button.copy { font-size: .85rem; padding: .15rem .6rem; margin-left: .6rem; }
button.primary, .button.primary { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
button.link { border: 0; padding: 0; color: var(--accent); text-decoration: underline; font-weight: 400; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.inline { margin-top: 1.25rem; display: flex; gap: 1.25rem; flex-wrap: wrap; }
.actions { display: flex; gap: .75rem; margin: 1.5rem 0 1rem; }
.actions button { flex: 1; }
.problem { padding: .65rem .85rem; border-radius: 8px; background: var(--warn-ground); color: var(--warn); }
.app-card { display: flex; gap: .9rem; align-items: center; margin-bottom: 1.25rem; }
.app-card p { margin: 0; font-size: .9rem; }
.app-icon { flex: none; width: 3rem; height: 3rem; border-radius: 12px; }
.app-icon.initial {
  display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent); font-size: 1.4rem; font-weight: 700;
}
.publisher.verified { color: var(--good); }
.publisher.unverified { color: var(--warn); }
.scopes { list-style: none; padding: 0; margin: 0 0 1rem; }
.scopes li { padding: .6rem 0; border-top: 1px solid var(--line); }
fieldset { min-width: 0; border: 1px solid var(--line); border-radius: 10px; padding: .5rem 1rem; margin: 0 0 1rem; }
legend { font-weight: 600; padding: 0 .35rem; }
.choice { display: flex; gap: .75rem; align-items: flex-start; font-weight: 400; padding: .45rem 0; margin: 0; }
.choice > span { min-width: 0; overflow-wrap: anywhere; }
.choice input { width: 1.15rem; height: 1.15rem; margin-top: .2rem; flex: none; accent-color: var(--accent); }
.ask { margin: 0 0 .5rem 2.3rem; }
.choice.refused { color: var(--quiet); }
.tag {
  font-size: .75rem; margin-left: .5rem; padding: .05rem .45rem; border: 1px solid currentColor; border-radius: 99px;
  color: var(--quiet); white-space: nowrap;
}
.destination { border-top: 1px solid var(--line); padding-top: 1rem; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); }
.cards section { border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem; }
.cards h2 { margin-top: 0; }
.cards a { display: block; }
.kinds { list-style: none; padding: 0; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); }
.kinds li { border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem; position: relative; }
.kinds li:hover { border-color: var(--accent); }
.kinds a { font-weight: 650; margin-bottom: .4rem; }
.kinds a::after { content: ""; position: absolute; inset: 0; }
.kinds p:last-child { margin: 0; }
.headline { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; justify-content: space-between; align-items: start; }
.headline > :first-child, .rows li > div { min-width: 0; overflow-wrap: anywhere; }
.step { font-size: .85rem; font-weight: 600; color: var(--accent); letter-spacing: .02em; margin: 0 0 .25rem; display: block; }
.part { margin: 1.5rem 0; padding: 1rem 1.25rem; }
.part legend { font-size: 1.05rem; }
.field { margin-bottom: 1rem; }
.field label { margin-bottom: .15rem; }
.hint { font-size: .9rem; color: var(--quiet); margin: 0 0 .4rem; }
.optional { font-weight: 400; font-size: .85rem; color: var(--quiet); }
.field input, .field textarea, .field select { margin-bottom: .25rem; }
div.problem { margin: 0 0 .75rem; }
.problem p { margin: 0; }
.tabs { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; border-bottom: 1px solid var(--line); margin: 0 0 1.5rem; }
.tabs a { padding: .4rem 0; text-decoration: none; color: var(--quiet); }
.tabs a[aria-current=page] { color: var(--ink); border-bottom: 2px solid var(--accent); }
.facts { display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: .5rem 1.25rem; margin: 0 0 1.25rem; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.scope-picker h3 { margin: 1rem 0 .25rem; }
.thing { display: grid; gap: 0 1.5rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); border-top: 1px solid var(--line); }
.scope-choice { display: flex; flex-direction: column; justify-content: space-between; padding: .75rem 0; }
.scope-choice label { font-weight: 400; }
.scope-choice select { margin: .35rem 0 0; padding: .4rem .5rem; }
.permissions { margin: .35rem 0 0; padding-left: 1.2rem; }
.rows .permissions li { display: list-item; padding: 0; border: 0; }
.rows select { width: auto; margin: 0; padding: .5rem .6rem; }
.rows div.inline { margin: 0; align-items: center; }
.rows form.inline { margin: 0; align-items: center; }
.said { white-space: pre-line; overflow-wrap: anywhere; border-left: 3px solid var(--line); padding-left: .75rem; }
.connection { border-top: 1px solid var(--line); padding: 1.25rem 0; }
.connection h2 { margin: 0; }
.connection .app-card { margin-bottom: .75rem; }
.connection .app-card form, .connection .app-card .button { margin-left: auto; }
.rows { list-style: none; padding: 0; margin: 0 0 1.25rem; }
.rows li { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; justify-content: space-between; align-items: center;
  padding: .75rem 0; border-top: 1px solid var(--line); }
.contents { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.operation summary code { font-weight: 600; margin-right: .5rem; }
.operation h4 { font-size: .9rem; margin: 1rem 0 .35rem; }
.facts.answers { grid-template-columns: 2.5rem 1fr; }
.fields { margin: 0 0 1rem; }
.fields dt { padding-top: .6rem; border-top: 1px solid var(--line); font-size: .9rem; color: var(--quiet); overflow-wrap: anywhere; }
.fields dt code { font-weight: 600; color: var(--ink); margin-right: .5rem; }
.fields dd { margin: .15rem 0 .6rem; }
.operation[open] summary { margin-bottom: .75rem; }
.tag.warn { color: var(--warn); }
.tag.good { color: var(--good); }
.notice { padding: .65rem .85rem; border-radius: 8px; background: var(--ground); border-left: 3px solid var(--good); }
.scroll { overflow-x: auto; position: relative; }
.scroll table, .scroll svg { min-width: 34rem; }
pre.snippet { white-space: pre; overflow-x: auto; }
table.list th { width: auto; color: var(--quiet); font-size: .9rem; white-space: nowrap; }
.search { align-items: end; margin: 0 0 1rem; }
.search input, .search select { margin: 0; height: 3rem; }
.search > div { flex: 1 1 12rem; }
.app-name { display: flex; gap: .5rem; align-items: center; font-weight: 600; }
.app-name img { border-radius: 6px; flex: none; }
.list td .detail { font-weight: 400; }
.list td > .tag { margin-left: 0; }
th[aria-sort=ascending] a::after, th[aria-sort=descending] a::after {
  content: ""; display: inline-block; margin: 0 0 .15rem .4rem; border: .3rem solid transparent;
}
th[aria-sort=ascending] a::after { border-top-width: 0; border-bottom-color: currentColor; }
th[aria-sort=descending] a::after { border-bottom-width: 0; border-top-color: currentColor; }
.job { display: flex; flex-direction: column; min-width: 14rem; margin: 0; font-weight: 400; }
progress { width: 100%; accent-color: var(--accent); }
.chart { margin: 0 0 1rem; }
.chart svg { width: 100%; height: auto; display: block; }
.chart .axis { stroke: var(--line); }
.chart text { fill: var(--quiet); font-size: 11px; }
.chart .authorization_code { fill: var(--accent); }
.chart .refresh_token { fill: var(--good); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .5rem 0; font-size: .9rem; }
.chart .legend svg { width: .8rem; height: .8rem; margin-right: .4rem; display: inline-block; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
.code, pre, code { font: .85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { white-space: pre-wrap; background: var(--ground); padding: .85rem; border-radius: 8px; overflow: auto; }
.code { color: var(--quiet); }
.mail { border-top: 1px solid var(--line); }
.toolbar { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1.25rem 0; }
.timeline { padding-left: 1.5rem; }
.timeline h2 { margin: 1.25rem 0 .25rem; }
details { margin: 0 0 .6rem; border: 1px solid var(--line); border-radius: 8px; padding: .5rem .75rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: .95rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); }
th { width: 14rem; font-weight: 400; }
td { overflow-wrap: anywhere; }
.scroll td { overflow-wrap: break-word; }
@media (max-width: 34rem) {
  main { margin: 0; border-width: 1px 0; border-radius: 0; padding: 1.25rem; }
}
`

export const STYLESHEET_PATH = assetPath('css', STYLES)
