// An engine for tests: everything real, a headless user agent, and a list of what it told.
import { waitFor } from 'xstate';
import { headlessUserAgent } from '../../adapters/node.ts';
import {
  AuthError,
  type AuthSnapshot,
  createAuthEngine,
  type Engine,
  type EngineOptions,
  hostUserAgent,
  memoryStore,
  type Progress,
  type Session,
  type Store,
  type UserAgent,
} from '../../index.ts';

export interface TestEngine {
  readonly engine: Engine;
  readonly session: Session;
  readonly progress: readonly Progress[];
  /** Names of the states that were entered, in order. */
  states(): readonly string[];
}

/** Interaction is `auto`, so that a challenge may log in; override what the test is about. */
export function testEngine(resource: string, options: Partial<EngineOptions> = {}): TestEngine {
  const progress: Progress[] = [];
  const engine = createAuthEngine({
    client: { name: 'authchart tests' },
    userAgent: headlessUserAgent(),
    policy: { interaction: 'auto' },
    ...options,
    onProgress: (line) => progress.push(line),
  });
  return {
    engine,
    session: engine.session({ resource }),
    progress,
    states: () => progress.flatMap((line) => (line.kind === 'state' ? [line.state] : [])),
  };
}

/** One POST with a JSON-RPC body, as an MCP client sends it. */
export function callTool(session: Session, tool: string): Promise<Response> {
  return session.fetch(session.id.resource, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: tool, arguments: {} },
    }),
  });
}

/** How a session stands, in a line: its innermost states, and the code, phase and recovery of its failure. */
export function standing(session: Session): string {
  const { states, failure } = session.explain();
  const what = failure && `: ${failure.code} in ${failure.phase}, ${failure.recovery}`;
  return states.join(' ') + (what ?? '');
}

/** A web host's user agent, which notes where people are led to. */
export interface TestHost {
  readonly userAgent: UserAgent;
  /** Authorization URLs, oldest first. */
  readonly presented: readonly string[];
}

/** @param present what to do, besides, while the person is led there. */
export function testHost(present: (url: string) => void | Promise<void> = () => {}): TestHost {
  const presented: string[] = [];
  const userAgent = hostUserAgent({
    redirectUri: 'http://127.0.0.1/callback',
    present: async ({ url }) => {
      presented.push(url);
      await present(url);
    },
  });
  return { userAgent, presented };
}

/** Waits until it is the person's turn. */
export async function personsTurn(session: Session): Promise<void> {
  await waitFor(session.actor, (snapshot) => snapshot.hasTag('needsUser'));
}

/** Waits until nothing is under way, without keeping the chart from being put to rest afterwards. */
export async function settled(session: Session): Promise<AuthSnapshot> {
  const isSettled = (snapshot: AuthSnapshot): boolean => !snapshot.hasTag('busy');
  let end = (): void => {};
  try {
    return await new Promise<AuthSnapshot>((resolve) => {
      end = session.subscribe((snapshot) => isSettled(snapshot) && resolve(snapshot));
      if (isSettled(session.snapshot)) resolve(session.snapshot);
    });
  } finally {
    end();
  }
}

/** The token that is sent; nothing when nobody is logged in. */
export const tokenOf = (session: Session): Promise<string | undefined> =>
  session.token().catch(() => undefined);

/** What a person's browser does with an authorization URL; @returns the callback URL, not followed. */
export async function visit(url: string | undefined): Promise<string> {
  const response = await fetch(url ?? '', { redirect: 'manual' });
  return response.headers.get('location') ?? '';
}

/** The failure that a promise ends with. */
export async function failureOf(work: Promise<unknown>): Promise<AuthError> {
  const outcome = await work.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  );
  if (outcome instanceof AuthError) return outcome;
  throw outcome;
}

/** All that a session and its engine tell anyone, as text: the chart with its failures, the explanation, the progress. */
export function everythingTold({ session, progress }: Pick<TestEngine, 'session' | 'progress'>): string {
  return JSON.stringify([session.actor.getSnapshot().context, session.explain(), progress]);
}

/** Every record of a store whose key begins so, as text. */
export async function textsOf(store: Store, prefix = ''): Promise<readonly string[]> {
  const records = await Promise.all((await store.list(prefix)).map((key) => store.get(key)));
  return records.flatMap((record) => (record ? [record.text] : []));
}

/** A point that everyone waits at, until as many as are expected are there. */
export function meeting(expected: number): () => Promise<void> {
  let arrive = (): void => {};
  let present = 0;
  const complete = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  return () => {
    present += 1;
    if (present >= expected) arrive();
    return complete;
  };
}

/** A session that was logged in before a restart, and whose token has run out since by its clock. */
export async function restartedLater(
  resource: string,
  options: Partial<EngineOptions> = {},
  later = 3_600_000,
): Promise<TestEngine & { readonly store: Store }> {
  const store = memoryStore();
  const first = testEngine(resource, { store });
  await first.session.login();
  await first.engine.dispose();
  return { ...testEngine(resource, { now: () => Date.now() + later, ...options, store }), store };
}
