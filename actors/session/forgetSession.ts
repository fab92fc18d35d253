// Sign-out, second half: every copy of the session's tokens, its bindings and its pending login are deleted.
import { grantKeysOf, keys } from '../../stores/records.ts';
import { readBinding } from '../records/recall.ts';
import type { Act } from '../tools/tools.ts';

export const forgetSession: Act<'forgetSession'> =
  (tools) =>
  async ({ session }) => {
    const { records } = tools;
    const binding = await readBinding(records, session);
    const login = (await records.read(keys.login(session)))?.value;
    for (const key of grantKeysOf(binding)) {
      await records.forget(key);
      await records.forget(keys.spend(key));
    }
    if (login) await records.forget(login.pendingKey);
    await records.forget(keys.login(session));
    await records.forget(keys.binding(session));
    return { at: tools.now() };
  };
