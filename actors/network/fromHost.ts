// What the host gives through a callback, when it is needed.
import { type Phase, refuse } from '../../contract/errors.ts';
import { isSecretText } from '../../protocol/text.ts';
import type { Tools } from '../tools/tools.ts';

interface Circumstances {
  readonly phase?: Phase;
  readonly issuer?: string;
}

/**
 * A value of the host's, or what its callback gives. What the callback throws may hold the secret, or where it lies: it is
 * told to the host alone (`onDefect`).
 * @param what is missing when the callback fails, for the sentence.
 * @throws AuthError `config_invalid`
 */
export async function fromHost<Value>(
  { onDefect }: Pick<Tools, 'onDefect'>,
  given: Value | (() => Promise<Value>) | undefined,
  what: string,
  of: Circumstances = {},
): Promise<Value | undefined> {
  if (typeof given !== 'function') return given;
  try {
    return await (given as () => Promise<Value>)();
  } catch (error) {
    onDefect(error);
    return refuseHost(`could not give ${what}`, of);
  }
}

/** The same for what is sent: a secret, an assertion, an identity token. What the callback gives is judged, too. */
export async function secretFromHost(
  tools: Pick<Tools, 'onDefect'>,
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
