// The states of the chart by name: what is active, what was entered, and which requirements it serves.
import type { AnyMachineSnapshot, StateValue } from 'xstate';
import type { Failure } from '../contract/errors.ts';
import type { Grant } from '../contract/facts.ts';
import { authMachine } from '../machines/authMachine.ts';
import type { AuthSnapshot } from './sessionChart.ts';

/** A state as people see it: `authorizing.awaitingUser`. */
export interface StateFacts {
  readonly name: string;
  readonly description: string;
  readonly spec: readonly string[];
  /** Its own ones; it has those of the states around it, too. */
  readonly tags: readonly string[];
}

/** What of a state node is read here: every state of the chart says what it is, and which requirements it serves. */
interface Node {
  readonly path: readonly string[];
  readonly description: string;
  readonly meta: { readonly spec: readonly string[] };
  readonly tags: readonly string[];
  readonly states: Readonly<Record<string, Node>>;
}

const register = new Map<string, StateFacts>();

function enter(node: Node): void {
  const name = node.path.join('.');
  register.set(name, { name, description: node.description, spec: node.meta.spec, tags: node.tags });
  for (const child of Object.values(node.states)) enter(child);
}
enter(authMachine.root as unknown as Node);

/** Every state of the chart. */
export const allStates: ReadonlyMap<string, StateFacts> = register;

/** Names of all active states, outer ones first. */
export function activeStates(snapshot: AnyMachineSnapshot): readonly string[] {
  return flatten(snapshot.value as StateValue, '');
}

function flatten(value: StateValue, prefix: string): readonly string[] {
  if (typeof value === 'string') return [prefix + value];
  // XState leaves no inner value out: a state without inner states is named by a text.
  return Object.entries(value as Readonly<Record<string, StateValue>>).flatMap(([name, inner]) => {
    const here = prefix + name;
    return [here, ...flatten(inner, `${here}.`)];
  });
}

/** The innermost active states: `authorized.renewal.fresh`. */
export function innermost(names: readonly string[]): readonly string[] {
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}.`)));
}

/**
 * Why a grant cannot be used any more that could not be renewed for now; nothing while it can.
 * @param now epoch milliseconds.
 */
export function failureOfOutdated(snapshot: AuthSnapshot, now: number): Failure | undefined {
  const { grant, failure } = snapshot.context;
  const isStale = snapshot.matches({ authorized: { renewal: 'stale' } });
  const hasRunOut = grant?.expiresAt !== undefined && now >= grant.expiresAt;
  return isStale && hasRunOut ? (failure ?? undefined) : undefined;
}

/**
 * The grant that calls go on with while a person is at the page of a login that brings more, or another account: it is still
 * good. Not one that the resource has refused, nor one of another server than the resource names now (TOK-2).
 * @param now epoch milliseconds.
 */
export function grantMeanwhile(snapshot: AuthSnapshot, now: number): Grant | undefined {
  const { grant, refused, server } = snapshot.context;
  if (!snapshot.hasTag('needsUser') || !grant || refused?.version === grant.version) return undefined;
  const hasRunOut = grant.expiresAt !== undefined && now >= grant.expiresAt;
  return hasRunOut || server?.issuer !== grant.issuer ? undefined : grant;
}

/** Whether nothing is in flight, or a person is awaited. */
export const isPersonsTurnOrRest = (snapshot: AuthSnapshot): boolean =>
  snapshot.hasTag('needsUser') || !snapshot.hasTag('busy');

/** Whether a person has to open the page of another login than this one. */
export const isAskedBeside = (snapshot: AuthSnapshot, pendingKey: string): boolean =>
  snapshot.hasTag('needsUser') && snapshot.context.pending?.key !== pendingKey;
