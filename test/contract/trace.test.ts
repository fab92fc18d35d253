// What may stand in a recorded run: every fact is kept as it was, and of everything else nothing is read.
import { describe, expect, it } from 'vitest';
import type { RequestFact, StepFact } from '../../contract/trace.ts';
import { traceFact } from '../../contract/traceSchema.ts';

const session = { resource: 'https://r.example/mcp', subject: 'ada', label: 'work' };
const told = { code: 'grant_refused', phase: 'renewing', recovery: 'reauthorize', message: 'Log in again.' };
const issuer = 'https://as.example';

/** With everything that a step can tell. */
const step: Required<StepFact> = {
  kind: 'step',
  at: 1,
  session,
  event: 'start',
  arrows: ['a -> b'],
  states: ['b'],
  entered: ['b', 'c'],
  spec: ['TOK-8'],
  facts: {
    server: issuer,
    passedOver: ['https://other.example'],
    bound: { issuer, kind: 'pre-registered' },
    client: { issuer, kind: 'dynamic' },
    grant: {
      issuer,
      requested: ['read', 'write'],
      granted: ['read'],
      expiresAt: 5,
      renewable: true,
      isRefused: false,
    },
    requestedLogin: ['read'],
    challenge: { status: 403, scopes: ['write'] },
    stepUp: ['write'],
    pending: { issuer, requested: ['read'], expiresAt: 6 },
    budget: { authorizations: 1, renewals: 2, registrations: 3, pauses: 4 },
    failure: told,
    refusal: { ...told, code: 'issuer_mismatch' },
  },
};
const request: Required<RequestFact> = {
  kind: 'request',
  at: 2,
  session,
  purpose: 'token',
  method: 'POST',
  url: 'https://as.example/token',
  status: 200,
};
const least = { ...step, facts: { budget: step.facts.budget } };
const { status: _, ...unanswered } = request;

type Path = readonly (string | number)[];

const read = (value: unknown): unknown => traceFact.safeParse(JSON.parse(JSON.stringify(value))).data;

/** The paths to all members of a value, also to those within. */
function pathsOf(value: unknown): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => [
    [name],
    ...pathsOf(one).map((path): Path => [name, ...path]),
  ]);
}

/** A copy of a fact that has another value there; undefined: none. */
function changed(fact: object, path: Path, value: unknown): unknown {
  const copy = structuredClone(fact);
  const last = path.at(-1) ?? '';
  const holder = path.slice(0, -1).reduce<unknown>((of, name) => Reflect.get(Object(of), name), copy);
  Reflect.set(Object(holder), last, value);
  return copy;
}

const members = [step, request].flatMap((fact) =>
  pathsOf(fact).map((path) => ({ fact, path, name: `${fact.kind}.${path.join('.')}` })),
);

describe('a fact of a trace', () => {
  it.each<[string, unknown]>([
    ['a step with everything', step],
    ['a step with the least', least],
    ['a request', request],
    ['a request without an answer', unanswered],
    ...(['pre-registered', 'metadata-document', 'dynamic'] as const).map((kind): [string, unknown] => [
      `a ${kind} client`,
      { ...step, facts: { ...step.facts, client: { issuer, kind } } },
    ]),
  ])('is read as it was: %s', (_what, fact) => {
    expect(read(fact)).toStrictEqual(fact);
  });

  it('is read without what else stands in it, which could be a secret', () => {
    for (const { fact, path } of [{ fact: request, path: [] }, ...members]) {
      const at = path.reduce<unknown>((of, name) => Reflect.get(Object(of), name), fact);
      if (typeof at === 'object' && !Array.isArray(at))
        expect(read(changed(fact, [...path, 'token'], 'secret'))).toStrictEqual(fact);
    }
  });

  it.each(members)('is none with a value of another type: $name', ({ fact, path }) => {
    for (const wrong of [null, { x: 1 }, [{}]]) expect(read(changed(fact, path, wrong))).toBeUndefined();
  });

  it('is none without a member that each one has', () => {
    const leasts = [least, unanswered].flatMap((fact) => pathsOf(fact).map((path) => ({ fact, path })));
    for (const { fact, path } of leasts) {
      // A list without its only member is a list.
      if (/^\d+$/.test(`${path.at(-1)}`)) continue;
      expect([path, read(changed(fact, path, undefined))]).toEqual([path, undefined]);
    }
  });

  it.each([
    ['of another kind', { ...request, kind: 'secret' }],
    ['without a word for its kind', { ...request, kind: '' }],
    ['of another kind of client', changed(step, ['facts', 'client', 'kind'], '')],
    ['of the other kind', { ...request, kind: 'step' }],
    ['in a list', [request]],
  ])('is none: %s', (_what, value) => {
    expect(read(value)).toBeUndefined();
  });

  it('has texts of 2,000 characters at most, and lists of 500', () => {
    const url = 'u'.repeat(2000);
    expect(read({ ...request, url })).toEqual({ ...request, url });
    expect(read({ ...request, url: `${url}u` })).toBeUndefined();
    const spec = new Array<string>(500).fill('TOK-8');
    expect(read({ ...step, spec })).toEqual({ ...step, spec });
    expect(read({ ...step, spec: [...spec, 'TOK-8'] })).toBeUndefined();
    expect(read({ ...step, spec: [`${url}u`] })).toBeUndefined();
  });
});
