// The measurements as pictures, light or dark as the reader prefers: visualizations/generated/bench-*.svg.
import { writeFile } from 'node:fs/promises';
import type { Figure, Findings } from './measure.ts';
import { short } from './report.ts';

const folder = new URL('../visualizations/generated/', import.meta.url);

/** By file: the section that it shows, and which of its figures. */
const pictures: Readonly<
  Record<string, { readonly section: string; readonly title: string; readonly of: RegExp }>
> = {
  'bench-login': { section: 'coldLogin', title: 'A first login and call', of: /^a first login and call/ },
  'bench-call': { section: 'hotPath', title: 'A call with a token in hand', of: /^(own cost|a call over)/ },
  'bench-storm': {
    section: 'storm',
    title: 'A refused token while many calls are in flight',
    of: /calls at once/,
  },
  'bench-homes': {
    section: 'homes',
    title: 'A call with a token in hand, by the home of the login',
    of: /: CPU/,
  },
  'bench-warm': {
    section: 'warmStart',
    title: 'A process that starts where a grant is stored',
    of: /^a process with a stored grant/,
  },
  'bench-first': {
    section: 'firstLogin',
    title: 'The first login of a process',
    of: /^the first login and call/,
  },
  'bench-scale': {
    section: 'scale',
    title: 'People who log in beside a million grants in PostgreSQL',
    of: /from coming|CPU|a read of/,
  },
  'bench-weight': { section: 'weight', title: 'What a browser loads first', of: /^a browser's first load/ },
};

const [WIDTH, BAR, GAP] = [760, 16, 30];
/** Room for a name, by its length; at least so much. */
const leftOf = (names: readonly string[]): number =>
  Math.max(150, 34 + 6.6 * Math.max(...names.map(({ length }) => length)));

/** Draws those that were measured. */
export async function drawCharts(
  found: Readonly<Record<string, Findings>>,
  {
    date,
    node,
    peers,
  }: { readonly date: string; readonly node: string; readonly peers: { readonly sdk: string } },
): Promise<void> {
  for (const [name, { section, title, of }] of Object.entries(pictures)) {
    const figures = found[section]?.figures.filter(({ what }) => of.test(what)) ?? [];
    if (figures.length === 0) continue;
    const below = `Medians of one run, ${date}, Node ${node}, beside ${peers.sdk}; thin lines: nine of ten measurements.`;
    await writeFile(new URL(`${name}.svg`, folder), drawn(title, figures, below));
  }
}

function drawn(title: string, figures: readonly Figure[], below: string): string {
  let y = 64;
  const parts: string[] = [];
  for (const figure of figures) {
    const { svg, height } = rowOf(figure, y);
    parts.push(svg);
    y += height + GAP;
  }
  const height = y + 14;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>${style}</style>
<rect class="paper" width="100%" height="100%" rx="8"/>
<text class="title" x="24" y="36">${escaped(title)}</text>
${parts.join('\n')}
<text class="note" x="24" y="${height - 14}">${escaped(below)}</text>
</svg>
`;
}

function rowOf({ what, unit, of }: Figure, top: number): { readonly svg: string; readonly height: number } {
  const entries = Object.entries(of);
  const left = leftOf(entries.map(([name]) => name));
  const most = Math.max(...entries.map(([, { high }]) => high), 1e-9);
  const scale = (value: number): number => (value / most) * (WIDTH - left - 120);
  const bars = entries.map(([name, { median, low, high }], at) => {
    const y = top + 12 + at * (BAR + 6);
    const middle = y + BAR / 2;
    const spread =
      low === high ? '' : `<path class="spread" d="M${left + scale(low)} ${middle}H${left + scale(high)}"/>`;
    const label = `${short(median)} ${unit}`;
    return `<text class="name" x="${left - 10}" y="${middle + 4}">${escaped(name)}</text><rect class="${name.startsWith('authchart') ? 'ours' : 'bar'}" x="${left}" y="${y}" width="${Math.max(1, scale(median)).toFixed(1)}" height="${BAR}" rx="2"/>${spread}<text class="value" x="${left + Math.max(scale(median), low === high ? 0 : scale(high)) + 8}" y="${middle + 4}">${escaped(label)}</text>`;
  });
  const svg = `<text class="what" x="24" y="${top}">${escaped(what)}</text>\n${bars.join('\n')}`;
  return { svg, height: 12 + entries.length * (BAR + 6) };
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const style = `
text{font-family:system-ui,sans-serif;font-size:12px;fill:#1f2937}
.title{font-size:17px;font-weight:600}.what{font-weight:600}.note{font-size:11px;fill:#6b7280}.name{text-anchor:end}
.paper{fill:#fff}.bar{fill:#9ca3af}.ours{fill:#2563eb}.spread{stroke:#111827;stroke-width:1}
@media (prefers-color-scheme:dark){text{fill:#e5e7eb}.note{fill:#9ca3af}.paper{fill:#111827}.bar{fill:#6b7280}.ours{fill:#60a5fa}.spread{stroke:#f9fafb}}
`;
