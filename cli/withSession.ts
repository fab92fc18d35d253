// Makes the engine of one command, with one session, and disposes it afterwards.

import type { UserAgent } from '../actors/userAgents/userAgent.ts';
import { defaultFolder, fileStore, nodeFetch, type TraceFile, traceFile } from '../adapters/node.ts';
import { createAuthEngine } from '../engine/engine.ts';
import type { AuthSnapshot } from '../engine/sessionChart.ts';
import type { Session } from '../engine/sessionSurface.ts';
import type { Interaction } from '../machines/context.ts';
import { Records } from '../stores/records.ts';
import type { Store } from '../stores/store.ts';
import { clientOf } from './clientOf.ts';
import type { SessionFlags, StoreOptions } from './options.ts';
import type { Host } from './perform.ts';
import type { Printer } from './printer.ts';
import { policyOf } from './serverOptions.ts';
import { userAgentOf } from './userAgents.ts';

/** The folder of the store. */
export function folderOf({ store }: StoreOptions): string {
  return store ?? defaultFolder(process.env);
}

/** The records of the store, for commands that need no session. */
export function recordsIn(flags: StoreOptions, printer: Printer): Records {
  const store = fileStore({ folder: folderOf(flags) });
  return new Records(store, (key) => printer.progress({ kind: 'set-aside', key }));
}

/** What a command works with in the place of the person's own browser and store. */
export interface Instead {
  readonly userAgent: UserAgent;
  readonly store: Store;
}

/**
 * Runs some work with the session of a resource.
 * @param interaction `auto` lets a challenge open a browser: the person who ran the command has asked for a login.
 * @param instead Default: what the flags say.
 * @throws AuthError `config_invalid` when a flag cannot be used, and what the work throws.
 */
export async function withSession<Result>(
  host: Host,
  resource: string,
  flags: SessionFlags,
  interaction: Interaction,
  work: (session: Session) => Promise<Result>,
  instead?: Instead,
): Promise<Result> {
  const { printer, interruption, onTrace, through = (send) => send, elsewhere, silence } = host;
  const { subject, label, timeout, ca } = flags;
  const fetch = through(
    nodeFetch({ ...(ca !== undefined && { caFile: ca }), ...(silence !== undefined && { silence }) }),
  );
  // What happens while the engine is disposed is neither printed nor recorded.
  let over = false;
  const trace: TraceFile | undefined = flags.trace === undefined ? undefined : traceFile(flags.trace);
  const engine = createAuthEngine({
    client: await clientOf(flags, resource, printer),
    userAgent: instead?.userAgent ?? userAgentOf(flags, { printer, fetch, elsewhere }),
    fetch,
    store: instead?.store ?? fileStore({ folder: folderOf(flags) }),
    policy: {
      interaction,
      probe: 'POST',
      ...(timeout !== undefined && { loginTimeout: timeout * 1000 }),
      ...(await policyOf(flags, resource)),
    },
    onProgress: (progress) => (over ? undefined : printer.progress(progress)),
    ...((trace || onTrace) && {
      onTrace(fact) {
        onTrace?.(fact);
        if (!over) trace?.tell(fact);
      },
    }),
  });
  try {
    const session = engine.session({
      resource,
      ...(subject !== undefined && { subject }),
      ...(label !== undefined && { label }),
    });
    interruption.onStop(() => session.cancel());
    return await work(session);
  } finally {
    over = true;
    await engine.dispose();
    trace?.close();
  }
}

/** Waits until the session has read the store. Afterwards it is idle, or a login of another process waits for a person. */
export function recovered(session: Session): Promise<AuthSnapshot> {
  return new Promise((resolve) => {
    const look = (snapshot: AuthSnapshot): void => {
      if (snapshot.hasTag('busy') && !snapshot.hasTag('needsUser')) return;
      stop();
      resolve(snapshot);
    };
    let stop = () => {};
    stop = session.subscribe(look);
    look(session.snapshot);
  });
}
