// The page docs/states.md, made of the chart: its states, the events that it takes, and those that it emits.
import type { AuthEmitted, AuthEvent } from '../../index.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { tableOf } from '../requirements/layouts.ts';

/** What of a state node is read here. */
interface Node {
  readonly path: readonly string[];
  readonly description?: string;
  readonly tags: readonly string[];
  readonly meta?: { readonly spec: readonly string[] };
  readonly states: Readonly<Record<string, Node>>;
  readonly ownEvents: readonly string[];
}

/** What an event is, and what it carries. */
interface EventText {
  readonly carries: string;
  readonly says: string;
}

type Command = Extract<AuthEvent['type'], `user.${string}` | `host.${string}`>;
type Fact = Exclude<AuthEvent['type'], Command>;

/** What a host sends. */
export const commands: Readonly<Record<Command, EventText>> = {
  'user.login': {
    carries:
      '`scopes?`: names to ask for beside what is needed. `again?`: log in although there is a login that looks good',
    says: 'A person asked to log in, so they may be sent to a page now. Asked again while a page is open, it shows that page again.',
  },
  'user.logout': {
    carries: '`forget?`: `everything` for the registered clients, too',
    says: 'Revokes what was issued, and forgets every copy.',
  },
  'user.cancel': {
    carries: '',
    says: 'Ends the login or step-up that is under way. A grant from before stays.',
  },
  'user.retry': { carries: '', says: 'Tries again after a failure or a refusal.' },
  'host.shutdown': { carries: '', says: 'The program ends: what is in flight ends, what is stored stays.' },
};

/** What the engine sends: `session.fetch`, `answered`, `complete`, and what other processes have stored. */
export const facts: Readonly<Record<Fact, EventText>> = {
  'challenge.received': {
    carries: '`challenge`, `grantVersion`, `operation`, `order?`',
    says: 'The resource answered 401, or 403 with `insufficient_scope`.',
  },
  'renewal.requested': { carries: '`at`', says: 'Somebody needs a token, and the one at hand is due.' },
  'grant.proved': { carries: '`grantVersion`', says: 'The resource has accepted the grant.' },
  'grant.changed': {
    carries: '`grantVersion`: null for none',
    says: 'Another process has renewed the grant, logged in or signed out.',
  },
  'response.received': { carries: '`pendingKey`', says: 'The answer to a login came in, and was stored.' },
  'login.replaced': { carries: '', says: 'Another login has taken the place of this one.' },
  'login.ended': { carries: '`failure`', says: 'This login has ended without a grant, in another process.' },
};

/** What a host hears with `actor.on`. */
export const emitted: Readonly<Record<AuthEmitted['type'], EventText>> = {
  'login.awaited': {
    carries: '`issuer`; `expiresAt` in epoch milliseconds',
    says: 'It is the person’s turn. `engine.sessionOf(actor).loginUrl()` has the address of the page.',
  },
  'session.authorized': {
    carries: '`issuer`; `scopes`; `refusal`: why a step-up brought nothing, or null',
    says: 'The phase `authorized` was entered: after a login or a step-up, at a start with a login in the store, at each renewal, and after a 403 that brought nothing new. It may come again for the same login.',
  },
  'session.failed': {
    carries: '`failure`',
    says: 'What was under way has failed. `failure.recovery` says what helps.',
  },
  'session.rejected': {
    carries: '`failure`',
    says: 'What was under way was refused for safety. Nothing was sent.',
  },
};

const tags: Readonly<Record<'busy' | 'needsUser' | 'canSend', string>> = {
  busy: 'something is going on: show that it is',
  needsUser: 'it is the person’s turn: show them the page, or where it is',
  canSend: 'there is a grant: requests can be sent',
};

/** Every state below, outer ones first. */
function statesOf(node: Node): readonly Node[] {
  return [node, ...Object.values(node.states).flatMap(statesOf)];
}

/** Its own tags, and those of the states around it. */
function tagsOf(node: Node, all: readonly Node[]): readonly string[] {
  const around = all.filter(({ path }) => path.every((name, at) => node.path[at] === name));
  return [...new Set(around.flatMap((one) => one.tags))];
}

const inCode = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const eventRows = (texts: Readonly<Record<string, EventText>>): readonly (readonly string[])[] =>
  Object.entries(texts).map(([type, { carries, says }]) => [`\`${type}\``, carries, says]);

const eventTable = (texts: Readonly<Record<string, EventText>>): string =>
  tableOf(['event', 'carries', 'what it says'], eventRows(texts));

/** The whole page. */
export function toStatesPage(): string {
  const all = statesOf(authMachine.root as unknown as Node);
  const rows = all
    .filter(({ path }) => path.length > 0)
    .map((node) => [
      `\`${node.path.join('.')}\``,
      node.description ?? '',
      inCode(tagsOf(node, all)),
      inCode(node.ownEvents.filter((type) => /^(user|host)\./.test(type))),
      (node.meta?.spec ?? []).join(', '),
    ]);
  return `# States and events

Each session is one running chart. This page lists its states, the events that it takes, and the events that it emits.
[The picture](../visualizations/generated/chart.svg) shows the arrows between them.

Generated by \`npm run docs\` from the chart.

## Read a snapshot

\`session.snapshot\`, or \`actor.getSnapshot()\` in a chart of your own, is an XState snapshot. Ask its tags first: they stay the same
when a state gets another name.

${tableOf(
  ['tag', 'what it says'],
  Object.entries(tags).map(([name, text]) => [`\`${name}\``, text]),
)}

A snapshot may have two tags: \`steppingUp\` is \`busy\` and \`canSend\`, since the grant from before still works.

\`\`\`ts
const end = session.subscribe((snapshot) => {
  if (snapshot.hasTag('needsUser')) console.log('It is the turn of the person.');
  else if (snapshot.hasTag('busy')) console.log('Something is under way.');
  else if (snapshot.hasTag('canSend')) console.log('Logged in, with', snapshot.context.grant?.granted);
  else console.log(snapshot.context.failure?.message ?? 'Nobody is logged in.');
});
end();
\`\`\`

What of \`snapshot.context\` is of use to a host: \`failure\` (why the last thing failed), \`refusal\` (why a step-up was not made; the
grant from before still works), \`grant\` (issuer, scopes, times), \`server\`, \`binding\`, \`retryAt\` (when a failure is tried again).
None of it is a secret. \`session.explain()\` says the same in sentences, with the steps so far.

## Events that you send

To \`session.actor\`, or to the chart that you have invoked. The methods of a session send them for you.

${eventTable(commands)}

## Events that the chart emits

Listen with \`actor.on(type, listener)\`. They are typed (\`AuthEmitted\`).

${eventTable(emitted)}

The chart has no output: it has no final state, and lasts as long as its session. It ends when it is stopped.

## Events that the engine sends

They are told here so that an inspector can be read. Do not send them yourself: \`session.answered(response)\` does it for requests of
your own.

${eventTable(facts)}

## The ${rows.length} states

The events are those of the table above that the state itself takes; \`user.logout\` and \`host.shutdown\` are taken everywhere. The ids
are rows of the [requirements](requirements.md).

${tableOf(['state', 'what it is', 'tags', 'events', 'requirements'], rows)}
`;
}
