// Runs whole stories against real servers, collects every secret from the wire, and looks for each in every sink.
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createActor, createMachine, type InspectionEvent } from 'xstate';
import { headlessUserAgent } from '../../adapters/node.ts';
import {
  type AuthSnapshot,
  type ClientOptions,
  createAuthEngine,
  memoryStore,
  type Session,
} from '../../index.ts';
import type { Exchange } from '../../playground/exchanges.ts';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { callTool } from '../support/engine.ts';

let playground: Playground;
beforeEach(async () => {
  playground = await startPlayground();
});
afterEach(() => playground.close());

/** Everything that a host, a log, a picture or an inspector could get to see. */
class Sinks {
  readonly texts: string[] = [];

  keep(value: unknown): void {
    if (value instanceof Error) {
      // Whatever an error carries, hidden or not, however deep.
      this.texts.push(inspect(value, { depth: 20, showHidden: true, maxStringLength: null }));
      this.texts.push(String(value), value.stack ?? '');
    }
    this.texts.push(typeof value === 'string' ? value : safeJson(value));
  }

  /** An inspection event, without the chart's own definition, which is the same in each. */
  keepEvent(event: InspectionEvent): void {
    const { actorRef: _, ...rest } = event;
    if (!('snapshot' in rest)) {
      this.keep({ ...rest, sourceRef: undefined });
      return;
    }
    const { status, output, error, input, value, context } = rest.snapshot as Record<string, unknown>;
    this.keep({
      ...rest,
      sourceRef: undefined,
      _transitions: undefined,
      snapshot: { status, output, error, input, value, context },
    });
    if (error) this.keep(error);
  }

  /** What `console.log` would show. */
  keepLogged(value: unknown): void {
    this.texts.push(inspect(value), inspect(value, { depth: 5 }));
  }
}

/** JSON with errors opened up, and each object once. */
function safeJson(value: unknown): string {
  const seen = new WeakSet<object>();
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null) return inner;
    if (seen.has(inner)) return undefined;
    seen.add(inner);
    return inner instanceof Error
      ? { ...inner, message: inner.message, stack: inner.stack, cause: inner.cause }
      : inner;
  });
  return text ?? '';
}

const secretFields = [
  'code',
  'code_verifier',
  'refresh_token',
  'access_token',
  'client_secret',
  'state',
  'token',
];

/** Every secret that passed over the wire: forms, JSON answers, redirects, headers. */
function secretsOf(exchanges: readonly Exchange[]): ReadonlySet<string> {
  const found = new Set<string>();
  const take = (value: unknown) => {
    if (typeof value === 'string' && value.length >= 8) found.add(value);
  };
  for (const { body, query, headers, responseBody, responseHeaders } of exchanges) {
    const location = responseHeaders['location'] ?? '';
    const forms = [body, query, location.slice(location.indexOf('?') + 1)].map(
      (text) => new URLSearchParams(text),
    );
    for (const field of secretFields) {
      for (const form of forms) take(form.get(field));
      take(parse(responseBody)[field]);
    }
    take(parse(responseBody)['registration_access_token']);
    take(headers['authorization']?.split(' ')[1]);
    take(headers['cookie']);
  }
  return found;
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** An engine that keeps all it says, and a story that goes well and badly. */
async function tellStory(client: ClientOptions, sinks: Sinks): Promise<void> {
  const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((...words) => sinks.keep(words)),
  );
  const engine = createAuthEngine({
    client,
    store: memoryStore(),
    userAgent: headlessUserAgent(),
    policy: { interaction: 'auto' },
    onProgress: (line) => sinks.keep(line),
    inspect: (event) => sinks.keepEvent(event),
  });
  const session = engine.session({ resource: playground.resource, subject: 'someone' });
  session.subscribe((snapshot) => sinks.keep(snapshot.toJSON()));

  await session.login();
  await callTool(session, 'write_note');
  playground.expireAccessTokens();
  await callTool(session, 'read_note');
  playground.denyNextConsent();
  await callTool(session, 'delete_note');
  playground.revokeGrants();
  await callTool(session, 'read_note');
  playground.moveTo('b');
  await callTool(session, 'read_note');
  keepAll(session, sinks);
  await session.login({ scopes: ['no:such:scope'] }).catch((error: unknown) => sinks.keep(error));
  await engine
    .complete('http://127.0.0.1/callback?code=a&state=b')
    .catch((error: unknown) => sinks.keep(error));
  await session.token().catch((error: unknown) => sinks.keep(error));
  keepAll(session, sinks);
  await session.logout().catch((error: unknown) => sinks.keep(error));
  keepAll(session, sinks);
  await engine.dispose();
  for (const spy of consoles) spy.mockRestore();
}

function keepAll(session: Session, sinks: Sinks): void {
  sinks.keep(session.explain());
  sinks.keep(session.actor.getPersistedSnapshot());
  sinks.keepLogged(session);
  sinks.keepLogged(session.actor);
  sinks.keepLogged(session.actor.getSnapshot().context);
}

const kinds: readonly [string, (playground: Playground) => ClientOptions][] = [
  ['dynamic', () => ({ name: 'canary' })],
  ['metadata document', ({ clientMetadataUrl }) => ({ name: 'canary', metadataUrl: clientMetadataUrl })],
  [
    'pre-registered',
    ({ a, b }) => ({
      name: 'canary',
      preRegistered: [
        {
          issuer: a.issuer,
          clientId: a.preRegistered.clientId,
          clientSecret: async () => a.preRegistered.clientSecret,
        },
        {
          issuer: b.issuer,
          clientId: b.preRegistered.clientId,
          clientSecret: async () => b.preRegistered.clientSecret,
        },
      ],
    }),
  ],
];

describe('TOK-3, L01, L02, L03, L11: no secret of a whole story', () => {
  it.each(kinds)('is in any event, snapshot, line, error or explanation (%s)', async (_kind, client) => {
    const sinks = new Sinks();
    await tellStory(client(playground), sinks);
    const secrets = [...secretsOf(playground.exchanges), playground.a.preRegistered.clientSecret];
    // The scan is worth something only if there was much to find, and much to find it in.
    expect(secrets.length).toBeGreaterThan(20);
    expect(sinks.texts.length).toBeGreaterThan(500);
    const all = sinks.texts.join('\n');
    for (const secret of secrets) {
      expect(all.includes(secret), `the secret that begins with ${secret.slice(0, 4)}`).toBe(false);
      expect(all.includes(encodeURIComponent(secret))).toBe(false);
    }
  });

  it('finds a secret where there is one', () => {
    const sinks = new Sinks();
    sinks.keep(new Error('outer', { cause: new Error('the-secret-in-a-cause') }));
    expect(sinks.texts.join('\n')).toContain('the-secret-in-a-cause');
  });

  it('is in the snapshots of a host that embeds the chart', async () => {
    const sinks = new Sinks();
    const engine = createAuthEngine({
      client: { name: 'canary' },
      userAgent: headlessUserAgent(),
      policy: { interaction: 'auto' },
    });
    const host = createMachine({
      invoke: {
        id: 'auth',
        src: engine.machine,
        input: { resource: playground.resource, interaction: 'auto' },
      },
    });
    const actor = createActor(host, {
      inspect: (event) => sinks.keepEvent(event),
    }).start();
    const auth = actor.getSnapshot().children['auth'];
    const authorized = new Promise<void>((resolve) => {
      auth?.subscribe((snapshot: AuthSnapshot) => {
        sinks.keep(actor.getPersistedSnapshot());
        if (snapshot.matches('authorized')) resolve();
      });
    });
    auth?.send({ type: 'user.login' });
    await authorized;
    sinks.keep(actor.getPersistedSnapshot());
    actor.stop();
    await engine.dispose();
    const all = sinks.texts.join('\n');
    const secrets = secretsOf(playground.exchanges);
    expect(secrets.size).toBeGreaterThan(5);
    for (const secret of secrets) expect(all.includes(secret)).toBe(false);
  });
});
