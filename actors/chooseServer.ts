// Chooses one of the listed authorization servers: the one that is bound, one that was, else the first (DISC-5).
import { boundAt } from '../stores/records.ts';
import { readBinding } from './recall.ts';
import type { Act } from './tools.ts';

export const chooseServer: Act<'chooseServer'> =
  (tools) =>
  async ({ session, listed, passedOver }) => {
    const binding = await readBinding(tools.records, session);
    const open = listed.filter((issuer) => !passedOver.includes(issuer));
    const preferences: readonly ((issuer: string) => boolean)[] = [
      (issuer) => issuer === binding?.current,
      (issuer) => boundAt(binding, issuer) !== undefined,
      (issuer) => (tools.client.preRegistered ?? []).some((client) => client.issuer === issuer),
      () => true,
    ];
    const chosen = preferences
      .map((isPreferred) => open.find(isPreferred))
      .find((issuer) => issuer !== undefined);
    return {
      at: tools.now(),
      issuer: chosen ?? null,
      isBound: chosen !== undefined && chosen === binding?.current,
    };
  };
