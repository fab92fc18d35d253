// The host's user agent, guarded: its faults are told to the host, and are typed failures to everybody else.

import { throwIfCancelled } from '../actors/tools/waiting.ts';
import { faultBehind } from '../actors/userAgents/hostFault.ts';
import type { UserAgent } from '../actors/userAgents/userAgent.ts';
import { AuthError, refuse } from '../contract/errors.ts';
import { hearRejection, onlooker, type TellDefect } from './defects.ts';

/**
 * The same user agent. What a method throws that is no AuthError, and what it returns that the contract does not know, is
 * told as a defect and becomes an AuthError `user_agent_failed`; where it only cleans up, nothing comes of it.
 */
export function guardedUserAgent(agent: UserAgent, tell: TellDefect): UserAgent {
  const { atLocalhost, hold, dismiss } = agent;
  const run = async <Result>(
    work: () => Promise<Result>,
    signal: AbortSignal,
    isOfContract: (result: unknown) => boolean = () => true,
  ): Promise<Result> => {
    try {
      const result = await work();
      if (!isOfContract(result)) throw outOfContract();
      return result;
    } catch (thrown) {
      return rethrown(thrown, signal, tell);
    }
  };
  const tidyUp = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      if (thrown instanceof AuthError) throw thrown;
      tell(thrown);
    }
  };
  return {
    name: agent.name,
    ...(agent.leavesPage && { leavesPage: true }),
    reserve: (wanted, signal) => run(() => agent.reserve(wanted, signal), signal, isText),
    ...(atLocalhost && { atLocalhost: (uri) => nameOrNothing(() => atLocalhost.call(agent, uri), tell) }),
    ...(hold && { hold: (uri, signal) => run(() => hold.call(agent, uri, signal), signal, isBoolean) }),
    present: (request) => run(() => agent.present(request), request.signal),
    receive: (request) => run(() => agent.receive(request), request.signal, isText),
    ...(dismiss && { dismiss: onlooker(() => dismiss.call(agent), tell) }),
    release: (redirectUri) => tidyUp(() => agent.release(redirectUri)),
    dispose: () => tidyUp(() => agent.dispose()),
  };
}

const outOfContract = (): TypeError =>
  new TypeError('The user agent returned what its contract does not know: see `UserAgent`.');

const isText = (result: unknown): boolean => typeof result === 'string';

const isBoolean = (result: unknown): boolean => typeof result === 'boolean';

/** A name that cannot be had is none. */
function nameOrNothing(work: () => unknown, tell: TellDefect): string | undefined {
  try {
    const name = work();
    if (typeof name === 'string') return name;
    hearRejection(name, tell);
    return undefined;
  } catch (thrown) {
    tell(thrown);
    return undefined;
  }
}

function rethrown(thrown: unknown, signal: AbortSignal, tell: TellDefect): never {
  if (thrown instanceof AuthError) {
    const behind = faultBehind(thrown);
    if (behind) tell(behind.fault);
    throw thrown;
  }
  // What was called off may end with an error of any kind: that is no fault.
  throwIfCancelled(signal);
  tell(thrown);
  return refuse(
    'user_agent_failed',
    'authorizing',
    'The user agent failed with an error of its own, which only `onDefect` is told; check the user agent.',
  );
}

/** Stands in where `userAgent` is left out, since no grant of this client needs one. */
export const noUserAgent: UserAgent = {
  name: 'none',
  reserve: nobodyToSend,
  present: nobodyToSend,
  receive: nobodyToSend,
  async release() {},
  async dispose() {},
};

/** A login from before, when the same store was used with another kind of grant, may still wait for its person. */
async function nobodyToSend(): Promise<never> {
  return refuse(
    'config_invalid',
    'authorizing',
    'This login needs a person at a browser, and the option userAgent was left out; give one.',
  );
}
