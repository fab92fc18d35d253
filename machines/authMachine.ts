// The whole flow in one chart: the phases, assembled.
import { chart } from './chart.ts';
import { initialContext } from './context.ts';
import { authorized } from './phases/authorized.ts';
import { authorizing } from './phases/authorizing.ts';
import { bindChecking, registering, reusing } from './phases/binding.ts';
import { discovering } from './phases/discovering.ts';
import { failed, rejected } from './phases/failing.ts';
import { idle, recovering, signingOut } from './phases/rest.ts';
import { steppingUp } from './phases/steppingUp.ts';

/**
 * The authorization flow as a statechart: discover, check the binding, register or reuse or reject, authorize,
 * accumulate scopes on step-up, renew. Its actors are not bound: draw it, walk it, or `provide` them;
 * `createAuthEngine` gives it bound, as `engine.machine`.
 * @example
 * ```ts
 * import { authMachine } from 'authchart';
 * import { initialTransition, transition } from 'xstate';
 *
 * const [start] = initialTransition(authMachine, { resource: 'https://mcp.example/mcp' });
 * const [next] = transition(authMachine, start, { type: 'host.shutdown' });
 * console.log(start.value, next.value); // recovering idle
 * ```
 */
export const authMachine = chart.createMachine({
  id: 'auth',
  description: 'OAuth 2.1 for one protected resource and one subject.',
  meta: { spec: ['HOST-1', 'HOST-2'] },
  context: ({ input }) => initialContext(input),
  initial: 'recovering',
  on: {
    'user.logout': { target: '#signingOut', actions: 'recordSignOut' },
    'host.shutdown': { target: '#idle', actions: 'forgetEverything' },
  },
  states: {
    recovering,
    idle,
    discovering,
    bindChecking,
    reusing,
    registering,
    rejected,
    authorizing,
    authorized,
    steppingUp,
    signingOut,
    failed,
  },
});

/** The type of the chart: for hosts that `provide` its actors, or that name it in a chart of their own. */
export type AuthMachine = typeof authMachine;
