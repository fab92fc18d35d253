// Reads the values of options: what is repeated is collected, and what cannot be meant is refused.
import { InvalidArgumentError } from 'commander';

/** What is for one issuer. */
export type Pair = readonly [issuer: string, value: string];

/** A parameter for one issuer. */
export type Parameter = readonly [issuer: string, name: string, value: string];

/** One value more of an option that may be repeated. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** The scopes of a text, behind those from before. */
export function collectScopes(text: string, before: readonly string[] = []): readonly string[] {
  const scopes = text.split(/\s+/).filter((scope) => scope !== '');
  if (scopes.length === 0) throw new InvalidArgumentError('Name at least one scope.');
  return [...before, ...scopes];
}

/** An issuer and a value of its own, behind those from before. */
export function collectPair(text: string, before: readonly Pair[] = []): readonly Pair[] {
  const [, issuer, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (issuer === undefined || value === undefined)
    throw new InvalidArgumentError('Give an issuer and a value, as in "https://as.example=value".');
  return [...before, [issuer, value]];
}

/** An issuer, the name of a parameter and its value, behind those from before. */
export function collectParameter(text: string, before: readonly Parameter[] = []): readonly Parameter[] {
  const [, issuer, name, value] = /^(\S+)\s+([^=\s]+)=(.+)$/.exec(text) ?? [];
  if (issuer === undefined || name === undefined || value === undefined)
    throw new InvalidArgumentError('Give an issuer, a name and a value, as in "https://as.example a=b".');
  return [...before, [issuer, name, value]];
}

/** In seconds: timers can wait no longer. */
const LONGEST = 2_147_483;

/** A time in seconds. */
export function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(seconds > 0 && seconds <= LONGEST))
    throw new InvalidArgumentError('Give a number of seconds, such as 120.');
  return seconds;
}
