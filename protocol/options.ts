// How options are judged: a judge for each option, and one sentence for what it refuses (HOST-2, P07).
import { refuse } from '../contract/errors.ts';
import { shown } from './text.ts';

/**
 * Judges one value.
 * @param path names the option in the sentence, as in `policy.requestTimeout`.
 * @throws AuthError `config_invalid`. The sentence never repeats the value, which may be a secret.
 */
export type Judge = (value: unknown, path: string) => void;

/** A judge for each option: an option without one does not compile. */
export type Shape<Options> = { readonly [Name in keyof Required<Options>]: Judge };

type Members = Readonly<Record<string, unknown>>;

/** Refuses the options with this sentence. @throws AuthError `config_invalid` */
export function invalid(sentence: string): never {
  return refuse('config_invalid', 'configuring', sentence);
}

/** @param what ends the sentence that begins with "client.name must be". */
export function must(what: string, isGood: (value: unknown) => boolean): Judge {
  return (value, path) => {
    if (!isGood(value)) invalid(`${path} must be ${what}.`);
  };
}

/** An option that need not be given. One that is there and undefined is not given. */
export function optional(judge: Judge): Judge {
  return (value, path) => {
    if (value !== undefined) judge(value, path);
  };
}

/** One of these names. A name that is missing here does not compile. */
export function oneOf<Name extends string>(names: Readonly<Record<Name, true>>): Judge {
  const known = Object.keys(names);
  return must(`one of ${known.join(', ')}`, (value) => known.some((one) => one === value));
}

/** @param what the members are called. */
export function list(what: string, judge: Judge): Judge {
  return (value, path) => {
    if (!Array.isArray(value)) return invalid(`${path} must be an array of ${what}.`);
    // Not `forEach`, which passes over what was left out.
    for (const [at, one] of value.entries()) judge(one, `${path}[${at}]`);
  };
}

/** An object with these members and no other, so that a name with a mistake in it is not taken for nothing. */
export function object<Options>(shape: Shape<Options>): Judge {
  return (value, path) => {
    const members = membersOf(value, path);
    refuseContainer(members, path);
    const unknown = Object.keys(members).find((name) => !Object.hasOwn(shape, name));
    if (unknown !== undefined) refuseUnknown(unknown, Object.keys(shape), path);
    judgeMembers(members, shape, path);
  };
}

/** An object of a class of the host's own: what else it has is its own business. */
export function implementation<Contract>(shape: Shape<Contract>): Judge {
  return (value, path) => judgeMembers(membersOf(value, path), shape, path);
}

/** @throws AuthError `config_invalid` for what is not an object. */
export function membersOf(value: unknown, path: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  return invalid(`${path || 'What is given as options'} must be an object.`);
}

/**
 * A Map, a Date, a Promise or an AbortSignal has no members of its own: it would count as no options at all. The namespace
 * of a module is an object of options.
 */
function refuseContainer(members: Members, path: string): void {
  const kind = Object.prototype.toString.call(members).slice(8, -1);
  if (kind === 'Object' || kind === 'Module') return;
  invalid(`${path || 'What is given as options'} must be an object with options as its members.`);
}

function judgeMembers(members: Members, shape: Readonly<Record<string, Judge>>, path: string): void {
  for (const [name, judge] of Object.entries(shape)) {
    const at = memberPath(path, name);
    judge(memberOf(members, name, at), at);
  }
}

function memberOf(members: Members, name: string, path: string): unknown {
  try {
    return members[name];
  } catch {
    return invalid(`${path} must be readable, and reading it failed.`);
  }
}

const memberPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

function refuseUnknown(name: string, known: readonly string[], path: string): never {
  const meant = known.find((one) => isSlipOf(name.toLowerCase(), one.toLowerCase()));
  const advice = meant === undefined ? 'leave it out' : `${memberPath(path, meant)} is one`;
  return invalid(`${memberPath(path, shown(name, 60))} is not an option; ${advice}.`);
}

/** Whether a name differs from a known one in one place only, and by a few characters of many. */
function isSlipOf(name: string, known: string): boolean {
  const shorter = Math.min(name.length, known.length);
  let [start, end] = [0, 0];
  while (start < shorter && name[start] === known[start]) start += 1;
  while (end < shorter - start && name.at(-1 - end) === known.at(-1 - end)) end += 1;
  const differing = Math.max(name.length, known.length) - start - end;
  return differing <= 2 && differing * 2 < known.length;
}
