// What the host gives through a callback, when it is needed.
import { type Phase, refuse } from '../../contract/errors.ts';
import { isSecretText } from '../../protocol/text.ts';
import { sleep } from '../tools/sleep.ts';
import type { Tools } from '../tools/tools.ts';

/** What callbacks are asked with. */
type Asking = Pick<Tools, 'onDefect' | 'policy'>;

/** How long a callback may take, in milliseconds, unless the policy gives a person another time: it may ask one. */
const PATIENCE = 10 * 60_000;

interface Circumstances {
  readonly phase?: Phase;
  readonly issuer?: string;
}

/**
 * A value of the host's, or what its callback gives. What the callback throws may hold the secret, or where it lies: it is
 * told to the host alone (`onDefect`).
 * One that takes longer than a person may is not waited for.
 * @param what is missing when the callback fails, for the sentence.
 * @throws AuthError `config_invalid`
 */
export async function fromHost<Value>(
  { onDefect, policy }: Asking,
  given: Value | (() => Promise<Value>) | undefined,
  what: string,
  of: Circumstances = {},
): Promise<Value | undefined> {
  if (typeof given !== 'function') return given;
  // By the clock of the platform: the host's own may run ahead, as in its tests, and this is about its code.
  const over = new AbortController();
  const late = sleep(policy.loginTimeout ?? PATIENCE, over.signal).then(() => undefined);
  try {
    const asked = async (): Promise<{ readonly value: Value }> => ({
      value: await (given as () => Promise<Value>)(),
    });
    const got = await Promise.race([asked(), late]);
    if (got) return got.value;
  } catch (error) {
    onDefect(error);
    return refuseHost(`could not give ${what}`, of);
  } finally {
    over.abort();
  }
  return refuseHost(`did not give ${what} in time`, of);
}

/** The same for what is sent: a secret, an assertion, an identity token. What the callback gives is judged, too. */
export async function secretFromHost(
  tools: Asking,
  given: string | (() => Promise<string>),
  what: string,
  of: Circumstances = {},
): Promise<string> {
  const secret: unknown = await fromHost(tools, given, what, of);
  // Without it, what is asked for would be something else: another grant, or one in another name.
  return isSecretText(secret) ? secret : refuseHost(`gave nothing that can be sent as ${what}`, of);
}

/** @throws AuthError `config_invalid`, always. */
export function refuseHost(what: string, { phase = 'authorizing', issuer }: Circumstances): never {
  const message = `The host ${what}; check where it takes it from.`;
  return refuse('config_invalid', phase, message, issuer === undefined ? {} : { issuer });
}
