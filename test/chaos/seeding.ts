// The records of users who logged in before a run begins: those that a real login has written, for each of them with their own tokens.
import type { Store } from '../../index.ts';
import { seededTokens, userOf } from './tokens.ts';

/** Writes that are under way at once. */
const TOGETHER = 64;

/**
 * @param template the user who has really logged in.
 * @param onProgress told now and then how many there are.
 */
export async function seedRecords(
  store: Store,
  template: string,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
  onProgress: (users: number) => void,
): Promise<void> {
  const [binding, grant] = await Promise.all([
    recordOf(store, 'binding', template),
    recordOf(store, 'grant', template),
  ]);
  let next = from;
  const write = async (): Promise<void> => {
    while (next < to) {
      const user = userOf(next);
      next += 1;
      const { access, refresh, expiresAt } = seededTokens(user, now);
      const issued = { accessToken: access, refreshToken: refresh, expiresAt, refreshAt: expiresAt - 60_000 };
      const theirs = { ...JSON.parse(renamed(grant.text, template, user)), ...issued };
      await create(store, renamed(grant.key, template, user), JSON.stringify(theirs));
      await create(store, renamed(binding.key, template, user), renamed(binding.text, template, user));
      if (next % 10_000 === 0) onProgress(next);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, write));
}

async function recordOf(store: Store, kind: string, user: string): Promise<{ key: string; text: string }> {
  const found = (await store.list(`${kind}:`)).filter((key) => key.includes(JSON.stringify(user)));
  const [key] = found;
  const stored = key === undefined ? undefined : await store.get(key);
  if (key === undefined || !stored || found.length !== 1)
    throw new Error(`There is not one ${kind} of ${user}.`);
  return { key, text: stored.text };
}

/** A binding names the key of the grant, in which quotes are escaped. */
const renamed = (text: string, from: string, to: string): string =>
  text.replaceAll(`"${from}"`, `"${to}"`).replaceAll(`\\"${from}\\"`, `\\"${to}\\"`);

async function create(store: Store, key: string, text: string): Promise<void> {
  if ((await store.put(key, text, undefined)) === undefined) throw new Error('There was a record already.');
}
