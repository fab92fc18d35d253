// The traffic of a case as a sequence, for the drawer of sequences: a band for each process of the client.
import type { TestRequest } from '../../../adapters/testing/record.ts';
import type { Message, Sequence, Visit } from '../../../visualizations/sequence/sequence.ts';
import { sequenceSvg } from '../../../visualizations/sequence/svg.ts';
import type { Outcome } from '../runCases.ts';

/** Longer pictures are cut: a loop looks the same everywhere. */
const MOST = 40;

/** Draws what was sent. No secret is in it: addresses have no query. @param id unlike that of any other picture of a page. */
export function pictureOf(outcome: Outcome, id: string): string {
  return sequenceSvg(sequenceOf(outcome))
    .replaceAll('sequence-title', `${id}-title`)
    .replaceAll('sequence-desc', `${id}-desc`);
}

function sequenceOf({ case: one, requests, processes, origins }: Outcome): Sequence {
  const names = [...new Set(requests.map(({ to }) => to))];
  return {
    title: one.id,
    participants: [
      { id: 'client', label: 'client' },
      ...names.map((name) => ({ id: name, label: labelOf(name, origins[name]) })),
    ],
    visits: processes.map(({ after, end }, at) => {
      const until = processes[at + 1]?.after ?? requests.length;
      return visitOf(at + 1, end, requests.slice(after, until));
    }),
  };
}

const labelOf = (name: string, host: string | undefined): string => {
  if (host === undefined) return 'elsewhere';
  return `${name.length === 1 ? `server-${name}` : name} ${host}`;
};

function visitOf(number: number, end: string, requests: readonly TestRequest[]): Visit {
  const more = requests.length - MOST;
  return {
    at: 0,
    phase: `process ${number}`,
    spec: [],
    text: more > 0 ? `${end}; ${more} further requests are not drawn` : end,
    tone: end === 'exit code 0' ? 'main' : 'plain',
    messages: requests.slice(0, MOST).map(messageOf),
  };
}

function messageOf({ to, method, url, status, isMistake, number }: TestRequest): Message {
  const isWell = status !== undefined && status < 400;
  return {
    at: number,
    from: 'client',
    to,
    text: `${method} ${new URL(url).pathname}`,
    answer: status === undefined ? 'no answer' : String(status),
    tone: isMistake ? 'refusal' : isWell ? 'main' : 'plain',
  };
}
