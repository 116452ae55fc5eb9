/** The console's style sheet, served as a file because the policy allows no inline style. */
export const STYLE = `
:root { color-scheme: light dark; --text: #17171c; --muted: #5a5a66; --line: #d5d5dd; --back: #ffffff; --accent: #2347c5; --bad: #b3261e; --good: #1e7b34; }
@media (prefers-color-scheme: dark) { :root { --text: #f2f2f5; --muted: #b4b4c0; --line: #3a3a45; --back: #17171c; --accent: #9db4ff; --bad: #ffb4ab; --good: #8fdaa2; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
header, nav, main, footer { max-width: 75rem; margin: 0 auto; padding: 1rem 1.5rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; align-items: baseline; border-bottom: 1px solid var(--line); }
header p { margin: 0; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.2rem; margin-top: 2rem; }
p, dl { max-width: 60rem; }
a { color: var(--accent); }
.muted { color: var(--muted); }
.bad { color: var(--bad); }
.good { color: var(--good); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
th::first-letter { text-transform: uppercase; }
details { margin: 1rem 0; }
.scroll { position: relative; overflow-x: auto; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
td.value { overflow-wrap: anywhere; min-width: 10rem; max-width: 22rem; }
td.words { min-width: 16rem; }
form { display: inline; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding-top: .5rem; padding-bottom: 0; }
nav a { padding: .25rem 0; }
nav a[aria-current] { font-weight: 600; text-decoration: none; border-bottom: 2px solid var(--accent); }
form.stack { display: block; max-width: 34rem; }
fieldset { margin: 1.25rem 0; padding: .25rem 1rem; border: 1px solid var(--line); border-radius: .4rem; }
legend { font-weight: 600; padding: 0 .35rem; }
.field label, .field span { display: block; }
.field label { font-weight: 600; }
.field .bad { margin-top: .35rem; }
input, select { font: inherit; padding: .45rem .6rem; border: 1px solid var(--muted); border-radius: .4rem; background: var(--back); color: var(--text); }
.field input, .field select, .field textarea { width: 100%; }
.field textarea { max-width: none; }
fieldset[disabled] input, fieldset[disabled] select { color: var(--muted); }
code { font-size: .95em; overflow-wrap: anywhere; }
[aria-invalid=true] { border: 2px solid var(--bad); }
dl { display: grid; grid-template-columns: fit-content(60%) 1fr; gap: .35rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
tbody th { font-weight: 400; }
textarea { font: inherit; padding: .45rem .6rem; border: 1px solid var(--muted); border-radius: .4rem; background: var(--back); color: var(--text); width: 100%; max-width: 34rem; }
.board { list-style: none; padding: 0; }
.board > li { border-top: 1px solid var(--line); padding: .75rem 0; margin: 0; }
.board h3 { font-size: 1rem; margin: 0; }
.board p { margin: .25rem 0; }
.board form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-top: .5rem; }
.board form .field { flex: 1 1 14rem; max-width: 34rem; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
.notice { border: 1px solid var(--line); border-left: 4px solid var(--accent); padding: .5rem 1rem; border-radius: .4rem; }
.notice h2 { margin: .25rem 0; }
#support-unread:not(:empty) { color: var(--accent); font-weight: 600; }
button, .button { font: inherit; display: inline-block; padding: .45rem 1rem; border: 1px solid var(--accent); border-radius: .4rem; background: transparent; color: var(--accent); text-decoration: none; cursor: pointer; }
button[disabled] { opacity: .7; cursor: progress; }
button.primary, .button.primary { background: var(--accent); color: var(--back); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
li { margin: .4rem 0; }
`;
