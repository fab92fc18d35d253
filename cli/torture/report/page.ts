// The report of the torture suite as one page: the score by kind, then each case, with a picture where it failed.
import { escaped, tag, textTag } from '../../../visualizations/svg/xml.ts';
import { kinds } from '../cases.ts';
import type { Outcome } from '../runCases.ts';
import { pictureOf } from './picture.ts';
import { linkOf, textOf } from './sources.ts';

const style = `
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--paper:#fff;--edge:#d1d9e0;--wash:#f6f8fa;--good:#1a7f37;--bad:#c42b37}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9ea8b3;--paper:#0d1117;--edge:#39424e;--wash:#131922;--good:#56d364;--bad:#ff8a80}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1080px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.5rem}
code{font-family:ui-monospace,monospace;font-size:.92em;overflow-wrap:anywhere}
table{border-collapse:collapse}td,th{padding:.2rem .9rem .2rem 0;text-align:left}td.number{text-align:right;font-variant-numeric:tabular-nums}
.about,.skipped{color:var(--soft)}
details{border:1px solid var(--edge);border-radius:8px;margin:.5rem 0;padding:.4rem .8rem}
details[open]{background:var(--wash)}summary{cursor:pointer}
.passed>summary::before{content:"✓ ";color:var(--good)}.failed>summary::before{content:"✗ ";color:var(--bad);font-weight:bold}.skipped>summary::before{content:"– "}
dt{font-weight:600;margin-top:.5rem}dd{margin:0 0 0 1rem}.happened{white-space:pre-wrap;overflow-wrap:anywhere;color:var(--bad)}
.picture{overflow-x:auto;margin:.8rem 0}a{color:inherit}
`;

/** @returns a whole page that loads nothing. No secret is in it. */
export function pageOf(command: readonly string[], outcomes: readonly Outcome[]): string {
  const skipped = outcomes.filter(({ result }) => result === 'skipped').length;
  const passed = outcomes.filter(({ result }) => result === 'passed').length;
  const score = `torture ${passed}/${outcomes.length - skipped}`;
  const content = [
    textTag('h1', {}, score),
    tag(
      'p',
      { class: 'about' },
      `${tag('code', {}, escaped(command.join(' ')))}${skipped > 0 ? `; ${skipped} cases were skipped` : ''}`,
    ),
    summaryOf(outcomes),
    ...kinds.flatMap(({ kind, about }) => sectionOf(kind, about, outcomes)),
  ];
  const head = [
    tag('meta', { charset: 'utf-8' }),
    tag('meta', { name: 'viewport', content: 'width=device-width' }),
    textTag('title', {}, score),
    `<style>${style}</style>`,
  ];
  return `<!doctype html>\n<html lang="en"><head>${head.join('')}</head>\n<body>\n${content.join('\n')}\n</body></html>\n`;
}

function summaryOf(outcomes: readonly Outcome[]): string {
  const rows = kinds.flatMap(({ kind }) => {
    const own = outcomes.filter((one) => one.case.kind === kind && one.result !== 'skipped');
    if (own.length === 0) return [];
    const passed = own.filter(({ result }) => result === 'passed').length;
    const link = tag('a', { href: `#${kind}` }, escaped(kind));
    return tag('tr', {}, tag('td', {}, link) + textTag('td', { class: 'number' }, `${passed}/${own.length}`));
  });
  return tag('table', {}, rows.join(''));
}

function sectionOf(kind: string, about: string, outcomes: readonly Outcome[]): readonly string[] {
  const own = outcomes.filter((one) => one.case.kind === kind);
  if (own.length === 0) return [];
  return [textTag('h2', { id: kind }, kind), textTag('p', { class: 'about' }, about), ...own.map(caseOf)];
}

function caseOf(outcome: Outcome): string {
  const { case: one, result, reason } = outcome;
  const facts: readonly (readonly [string, string])[] = [
    ...(reason === undefined
      ? []
      : [
          [
            result === 'failed' ? 'What happened' : 'Skipped',
            textTag('span', { class: result === 'failed' ? 'happened' : 'skipped' }, reason),
          ] as const,
        ]),
    ['Wanted', escaped(one.wants)],
    ['Why', escaped(one.why)],
    [
      'Source',
      one.source
        .map((id) => `${tag('a', { href: linkOf(id) }, escaped(id))} ${inCode(textOf(id))}`)
        .join('<br>'),
    ],
  ];
  const list = facts.map(([term, said]) => textTag('dt', {}, term) + tag('dd', {}, said)).join('');
  const picture =
    result === 'failed' && outcome.requests.length > 0
      ? tag('div', { class: 'picture' }, pictureOf(outcome, one.id.replace('/', '-')))
      : '';
  const summary = tag('summary', {}, `${tag('code', {}, escaped(one.id))} ${escaped(one.title)}`);
  const open = result === 'failed' ? 'open' : undefined;
  return tag('details', { class: result, id: one.id, open }, `${summary}${tag('dl', {}, list)}${picture}`);
}

/** A text of a register: what stands in backticks is code. */
const inCode = (text: string): string => escaped(text).replace(/`([^`]*)`/g, '<code>$1</code>');
