// What a program of a host that has just started is told, and what it says about its first call.

/** What it is to do. */
export interface Job {
  readonly resource: string;
  /** Where this package is, as it is built. */
  readonly dist: string;
  /** Where it finds what an earlier process has stored. Without it, it logs in. */
  readonly kept?: string;
}

/** Of this process since it was started, in milliseconds. */
export interface Mark {
  readonly wall: number;
  readonly cpu: number;
}

/** What it says. */
export interface FirstCall {
  readonly status: number;
  /** When everything was loaded that its first line needs. */
  readonly imported: Mark;
  readonly answered: Mark;
}

/** The job of this process. */
export const job: Job = JSON.parse(process.argv[2] ?? '{}');

/** Now. */
export function mark(): Mark {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), cpu: (user + system) / 1_000 };
}

/** Makes the first call, tells the parent, and ends the process. */
export async function tellFirst(imported: Mark, call: () => Promise<Response>): Promise<void> {
  const response = await call();
  await response.text();
  const told: FirstCall = { status: response.status, imported, answered: mark() };
  process.send?.(told, () => process.exit());
}
