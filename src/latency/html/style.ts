/** How the page looks: laptop and phone, light and dark, screen and paper. */
const LIGHT = ['#0b6bcb', '#c2410c', '#0f766e', '#a16207', '#7c3aed', '#be185d', '#4d7c0f', '#64748b'];
const DARK = ['#5fb0ff', '#ff9f43', '#2dd4bf', '#facc15', '#b794ff', '#f472b6', '#a3e635', '#94a3b8'];

const colours = (values: readonly string[]): string => values.map((value, i) => `--c${i}:${value}`).join(';');

export const STYLE: string = `
:root{color-scheme:light dark;--page:#f4f6f8;--card:#fff;--line:#dfe4ea;--ink:#17202a;--muted:#5b6875;${colours(LIGHT)}}
@media(prefers-color-scheme:dark){:root{--page:#0c1116;--card:#141b22;--line:#2a3642;--ink:#e8eef4;--muted:#9aa8b6;${colours(DARK)}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:1rem;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:1.35rem;margin:.2rem 0}h2{font-size:1.05rem;margin:0 0 .5rem}h3{font-size:.95rem;margin:1rem 0 .2rem}
p,li,dd{color:var(--muted);margin:.25rem 0}p b,li b{color:var(--ink)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1rem;margin:.9rem 0}
.warn{border-left:4px solid var(--c1)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:.3rem .55rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{font-weight:600}th:first-child{text-align:left}td small{color:var(--muted);font-size:.8em}tr.key{background:color-mix(in srgb,var(--c0) 12%,transparent)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:1rem}
figure{margin:.5rem 0 0;min-width:0}figcaption{font-size:.9rem;color:var(--muted)}
svg{width:100%;max-width:640px;height:auto;display:block}
.tick{fill:var(--muted);font-size:11px}.label{fill:var(--muted);font-size:12px}
.grid{stroke:var(--line)}.mark{stroke:var(--ink);stroke-dasharray:2 3}.marked{fill:var(--muted);opacity:.14}
.line{fill:none;stroke-width:2;stroke-linejoin:round}.area{opacity:.18}
${LIGHT.map((_, i) => `.s${i}{stroke:var(--c${i})}.c${i}{fill:var(--c${i})}i.c${i}{background:var(--c${i})}`).join('')}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .9rem;padding:0;margin:.2rem 0;font-size:.85rem}
.legend i{display:inline-block;width:.75em;height:.75em;border-radius:3px;margin-right:.35em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem .9rem;margin:.3rem 0;font-size:.9rem}dt{font-weight:600}
@media(max-width:520px){body{padding:.5rem}section{padding:.7rem}dl{grid-template-columns:1fr}dd{margin:0 0 .3rem}}
@media print{body{background:#fff}section{break-inside:avoid}}
`;
