// The whole of an explanation, for `-v`: every state and request, and all that is known.
import type { Failure } from '../../contract/errors.ts';
import type { Explanation } from '../../engine/explain.ts';
import type { Progress } from '../../engine/observe.ts';
import { shown } from '../../protocol/text.ts';
import { table, wrapped } from '../layout.ts';
import { registrationLine, requestLine, waitingLine } from '../progress.ts';
import { kindNames } from '../words.ts';

/** Sections of text, each with a heading and a line break at its end. */
export function details(explanation: Explanation, problem: Failure | undefined): readonly string[] {
  return [
    section('What happened', explanation.steps.map(textOf).join('')),
    section('What is known', knownOf(explanation)),
    section('What the problem is', problem ? problemOf(problem) : ''),
  ].filter((part) => part !== '');
}

const section = (title: string, text: string): string => (text === '' ? '' : `${title}\n${text}`);

function textOf(step: Progress): string {
  if (step.kind === 'set-aside') return `  a damaged record was set aside: ${shown(step.key)}\n`;
  if (step.kind === 'relaxed') return `  ${step.what}\n`;
  if (step.kind === 'registration') return wrapped(registrationLine(step), 6);
  if (step.kind === 'waiting') return wrapped(waitingLine(step), 6);
  if (step.kind === 'request') return `      ${requestLine(step)}\n`;
  const ids = step.spec.length > 0 ? ` (${step.spec.join(' ')})` : '';
  return `  ${step.state}\n${wrapped(step.description + ids, 6)}`;
}

function knownOf({ resourceMetadata, server, boundTo, notChosen, grant, relaxed }: Explanation): string {
  return table([
    resourceMetadata && ['metadata', shown(resourceMetadata.url)],
    resourceMetadata && ['lists', shown(resourceMetadata.authorizationServers.join(', '), 1000)],
    ...notChosen.map(({ issuer, why }) => ['not chosen', `${shown(issuer)} (${why})`] as const),
    server && ['server', shown(server.issuer)],
    boundTo === undefined ? undefined : ['bound to', shown(boundTo)],
    server?.registration && ['client', `${shown(server.clientId ?? '')}, ${kindNames[server.registration]}`],
    ...relaxed.map((what) => ['relaxed', what] as const),
    grant && ['requested', shown(grant.requested.join(' '), 1000) || 'no named scope'],
    grant && ['granted', shown(grant.granted.join(' '), 1000) || 'no named scope'],
    grant && [
      'expires',
      `${grant.expiresAt ?? 'unknown'}, ${grant.renewable ? 'renewable' : 'not renewable'}`,
    ],
  ]);
}

function problemOf({ code, phase, recovery, issuer, otherIssuer, status, oauthError }: Failure): string {
  return table([
    ['code', code],
    ['phase', phase],
    ['recovery', recovery],
    issuer === undefined ? undefined : ['server', shown(issuer)],
    otherIssuer === undefined ? undefined : ['other server', shown(otherIssuer)],
    status === undefined ? undefined : ['HTTP status', String(status)],
    oauthError === undefined ? undefined : ['OAuth error', shown(oauthError)],
  ]);
}
