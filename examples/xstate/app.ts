// An app chart that invokes the chart of the engine: it shows the page, waits, sends, asks for more scopes, shows failures.
import { assign, emit, fromPromise, type SnapshotFrom, sendTo, setup } from 'xstate';
import type { AuthActor, AuthMachine, Engine, Failure } from '../../index.ts';
import { textOf, toolCall } from '../../playground/toolCalls.ts';

/** What the app is made with. */
interface AppInput {
  /** The MCP server. */
  readonly resource: string;
}

/** What the chart of the engine says, as this app needs it. */
type Standing = 'away' | 'busy' | 'needsUser' | 'ready' | 'failed';

interface AppContext extends AppInput {
  readonly standing: Standing;
  readonly failure: Failure | null;
  /** The tool that is to be called. */
  readonly tool: string | null;
  /** The scopes that the tool needs, and the grant lacks. */
  readonly missing: readonly string[];
  readonly answers: readonly string[];
}

/** What the person does. */
type AppEvent =
  | { readonly type: 'connect' }
  | { readonly type: 'call'; readonly tool: string }
  /** Asks for the missing scopes, or does not. */
  | { readonly type: 'allow' }
  | { readonly type: 'deny' }
  | { readonly type: 'retry' }
  | { readonly type: 'quit' };

/** What a window shows. The address belongs to this login only: keep it out of logs. */
export type AppEmitted =
  | { readonly type: 'page'; readonly url: string }
  | { readonly type: 'answer'; readonly text: string }
  | { readonly type: 'missing'; readonly scopes: readonly string[] }
  | { readonly type: 'trouble'; readonly failure: Failure | null };

/** What is left when the app ends. */
interface AppOutput {
  readonly answers: readonly string[];
}

interface Answer {
  readonly text: string;
  /** Scopes that the resource asks for, and that a person has to allow. */
  readonly missing: readonly string[];
}

function standingOf(snapshot: SnapshotFrom<AuthMachine>): Standing {
  if (snapshot.hasTag('needsUser')) return 'needsUser';
  if (snapshot.hasTag('busy')) return 'busy';
  if (snapshot.hasTag('canSend')) return 'ready';
  return snapshot.context.failure ? 'failed' : 'away';
}

/** The chart of the engine: it runs for as long as the app does. */
function authOf(children: { readonly auth?: AuthActor | undefined }): AuthActor {
  if (!children.auth) throw new Error('The app has ended.');
  return children.auth;
}

/** Makes the chart of the app. */
export function appMachine(engine: Engine) {
  return setup({
    types: {
      input: {} as AppInput,
      context: {} as AppContext,
      events: {} as AppEvent,
      emitted: {} as AppEmitted,
      output: {} as AppOutput,
      children: {} as { auth: 'auth' },
    },
    actors: {
      auth: engine.machine,
      findPage: fromPromise<string, { auth: AuthActor }>(async ({ input }) => {
        return (await engine.sessionOf(input.auth).loginUrl()) ?? '';
      }),
      callTool: fromPromise<Answer, { auth: AuthActor; resource: string; tool: string }>(
        async ({ input: { auth, resource, tool }, signal }) => {
          const session = engine.sessionOf(auth);
          const response = await session.fetch(resource, { ...toolCall(tool), signal });
          const refusal = response.status === 403 ? session.explain().refusal : undefined;
          return { text: await textOf(response), missing: refusal?.scopes ?? [] };
        },
      ),
    },
    actions: {
      // The next snapshot says how it goes on: until then the last one does not count.
      begin: assign({ standing: 'busy', failure: null }),
      login: sendTo('auth', ({ context }) => ({ type: 'user.login', scopes: context.missing })),
      retry: sendTo('auth', { type: 'user.retry' }),
      forgetTool: assign({ tool: null, missing: [] }),
      tellMissing: emit(({ context }) => ({ type: 'missing', scopes: context.missing })),
      tellTrouble: emit(({ context }) => ({ type: 'trouble', failure: context.failure })),
    },
    guards: {
      needsUser: ({ context }) => context.standing === 'needsUser',
      isReady: ({ context }) => context.standing === 'ready',
      isAway: ({ context }) => context.standing === 'away',
      hasFailed: ({ context }) => context.standing === 'failed',
      hasTool: ({ context }) => context.tool !== null,
      lacksScopes: (_, { missing }: Answer) => missing.length > 0,
    },
  }).createMachine({
    id: 'app',
    context: ({ input }) => ({
      ...input,
      standing: 'busy',
      failure: null,
      tool: null,
      missing: [],
      answers: [],
    }),
    invoke: {
      id: 'auth',
      src: 'auth',
      input: ({ context }) => ({ resource: context.resource }),
      onSnapshot: {
        actions: assign(({ event: { snapshot } }) => {
          return { standing: standingOf(snapshot), failure: snapshot.context.failure };
        }),
      },
    },
    output: ({ context }) => ({ answers: context.answers }),
    on: { quit: '.done' },
    initial: 'offline',
    states: {
      offline: {
        description: 'Nobody is logged in, or it is not known yet.',
        always: { guard: 'isReady', target: 'online' },
        on: { connect: { target: 'connecting', actions: ['begin', 'login'] } },
      },
      connecting: {
        always: [
          { guard: 'needsUser', target: 'showing' },
          { guard: 'isReady', target: 'online' },
          { guard: 'hasFailed', target: 'troubled' },
        ],
      },
      showing: {
        description: 'The person has the page.',
        invoke: {
          src: 'findPage',
          input: ({ self }) => ({ auth: authOf(self.getSnapshot().children) }),
          onDone: { actions: emit(({ event }) => ({ type: 'page', url: event.output })) },
        },
        always: [
          { guard: 'isReady', target: 'online' },
          { guard: 'hasFailed', target: 'troubled' },
        ],
      },
      online: {
        initial: 'waiting',
        always: { guard: 'isAway', target: 'offline' },
        states: {
          waiting: {
            always: { guard: 'hasTool', target: 'calling' },
            on: { call: { target: 'calling', actions: assign(({ event }) => ({ tool: event.tool })) } },
          },
          calling: {
            invoke: {
              src: 'callTool',
              input: ({ context, self }) => {
                const auth = authOf(self.getSnapshot().children);
                return { auth, resource: context.resource, tool: context.tool ?? '' };
              },
              onDone: [
                {
                  guard: { type: 'lacksScopes', params: ({ event }) => event.output },
                  target: 'missingScopes',
                  actions: assign(({ event }) => ({ missing: event.output.missing })),
                },
                {
                  target: 'waiting',
                  actions: [
                    assign(({ context, event }) => ({ answers: [...context.answers, event.output.text] })),
                    emit(({ event }) => ({ type: 'answer', text: event.output.text })),
                    'forgetTool',
                  ],
                },
              ],
              onError: { target: 'waiting', actions: ['forgetTool', 'tellTrouble'] },
            },
          },
          missingScopes: {
            description: 'The person decides whether more is asked for.',
            entry: 'tellMissing',
            on: {
              allow: { target: '#app.connecting', actions: ['begin', 'login'] },
              deny: { target: 'waiting', actions: 'forgetTool' },
            },
          },
        },
      },
      troubled: {
        entry: 'tellTrouble',
        always: { guard: 'isReady', target: 'online' },
        on: {
          retry: { target: 'connecting', actions: ['begin', 'retry'] },
          connect: { target: 'connecting', actions: ['begin', 'login'] },
        },
      },
      done: { type: 'final' },
    },
  });
}
