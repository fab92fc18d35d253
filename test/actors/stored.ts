// Records that a test of a part begins with, and what has become of them.
import type { Tools } from '../../actors/tools/tools.ts';
import { samples } from '../stores/recordSamples.ts';

type Kinds = ReturnType<typeof samples>;
type KeyOf = Parameters<Tools['records']['read']>[0];

/** Writes the sample of a kind over what is there, with some members changed; `undefined` leaves one out. @returns its version. */
export async function store<Kind extends keyof Kinds>(
  { records }: Pick<Tools, 'records'>,
  kind: Kind,
  change: { readonly [Name in keyof Kinds[Kind]['value']]?: Kinds[Kind]['value'][Name] | undefined } = {},
): Promise<string> {
  const { key, value } = samples()[kind];
  const changed = Object.entries({ ...value, ...change }).filter(([, one]) => one !== undefined);
  const before = await records.read(key as KeyOf);
  const version = await records.write(key as KeyOf, Object.fromEntries(changed) as never, before as never);
  if (version === undefined) throw new Error(`The ${kind} was not stored.`);
  return version;
}

/** The record of a kind as it is now. */
export async function stored<Kind extends keyof Kinds>(
  { records }: Pick<Tools, 'records'>,
  kind: Kind,
): Promise<Kinds[Kind]['value'] | undefined> {
  return (await records.read(samples()[kind].key as KeyOf))?.value as Kinds[Kind]['value'] | undefined;
}

/** Lets everything go on that waits for no clock. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

/** Lets time pass, a step at a time, until the work has ended; not for ever. */
export async function passUntil<Result>(
  clock: { pass(milliseconds: number): void },
  work: Promise<Result>,
  step = 100,
): Promise<Result> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  work.then(end, end);
  for (let turn = 0; turn < 2_000 && !isOver; turn += 1) {
    await new Promise(setImmediate);
    clock.pass(step);
  }
  if (!isOver) throw new Error('It goes on and on.');
  return work;
}
