// What the engine says of its options, in the names of the flags that set them.
import { AuthError } from '../contract/errors.ts';

/** The flags, by the options that they set. */
const flags: Readonly<Record<string, string>> = {
  'client.preRegistered[0].issuer': '--issuer',
  'client.preRegistered[0].clientId': '--client-id',
  'client.metadataUrl': '--client-metadata-url',
  'policy.loginTimeout': '--timeout',
  redirectUri: '--redirect-uri',
  caFile: '--ca',
  scopes: '--scope',
};

/**
 * Says a refusal of options in the words of the command line. Anything else stays as it is.
 * @param thrown What the engine threw.
 */
export function inFlags(thrown: unknown): unknown {
  if (!(thrown instanceof AuthError) || thrown.phase !== 'configuring') return thrown;
  const { message } = thrown;
  const option = Object.keys(flags).find((name) =>
    new RegExp(`^${escaped(name)}(?:\\[\\d+\\])? `).test(message),
  );
  if (option === undefined) return thrown;
  const rest = message.slice(message.indexOf(' '));
  return new AuthError({ ...thrown.toFailure(), message: `${flags[option]}${rest}` });
}

const escaped = (text: string): string => text.replace(/[.[\]]/g, '\\$&');
