// What a run of chaos is told on the command line.
import { parseArgs } from 'node:util';
import { type Run, readJournal, type Settings, settings } from './journal.ts';
import { type ChaosEvent, LONGEST_PAUSE, planOf } from './plan.ts';

export const USAGE = `usage: npm run chaos -- [--minutes N] [--users N] [--seed S] [--home postgres|redis]
                        [--fresh N] [--together N] [--sweep N] [--plant lost-spend] [--out FOLDER]
                        [--longest-pause SECONDS]
       npm run chaos -- --replay FILE [--out FOLDER]`;

export interface Asked {
  readonly settings: Settings;
  readonly plan: readonly ChaosEvent[];
  /** The run that is played again. */
  readonly before?: ReturnType<typeof readJournal>;
  /** The folder for what comes of it. */
  readonly out: string;
}

/** @throws Error for what cannot be used. */
export function read(args: readonly string[], out: string): Asked {
  const text = { type: 'string' } as const;
  const options = {
    minutes: text,
    users: text,
    seed: text,
    home: text,
    fresh: text,
    together: text,
    sweep: text,
    plant: text,
    'longest-pause': text,
    replay: text,
    out: text,
  };
  const { values } = parseArgs({ args: [...args], options });
  if (values.replay !== undefined) {
    const before = readJournal(values.replay);
    const { settings: told, plan }: Run = before[0];
    return { settings: told, plan, before, out: values.out ?? `${out}/replay` };
  }
  const users = Number(values.users ?? 1_000);
  const told = settings.safeParse({
    seed: values.seed ?? String(Math.floor(Math.random() * 1e9)),
    minutes: Number(values.minutes ?? 5),
    users,
    fresh: Number(values.fresh ?? Math.max(1, Math.ceil(users / 20))),
    together: Number(values.together ?? 24),
    longestPause: 1000 * Number(values['longest-pause'] ?? LONGEST_PAUSE / 1000),
    sweep: Number(values.sweep ?? users),
    home: values.home ?? 'postgres',
    ...(values.plant !== undefined && { plant: values.plant }),
  });
  if (!told.success)
    throw new Error('--home is postgres or redis, --plant is lost-spend, and the others are numbers.');
  const { minutes, fresh, together, seed, longestPause } = told.data;
  if (!(minutes > 0 && users >= 2 && fresh >= 1 && fresh < users && together >= 1))
    throw new Error(
      '--minutes is above 0, --users at least 2, --fresh between 1 and --users, --together at least 1.',
    );
  return { settings: told.data, plan: planOf(seed, minutes * 60_000, longestPause), out: values.out ?? out };
}
