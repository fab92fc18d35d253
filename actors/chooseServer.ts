// Chooses one of the listed authorization servers: the one that is bound, one that was, else the first (DISC-5).
import { keys } from '../stores/records.ts';
import type { Act } from './tools.ts';

export const chooseServer: Act<'chooseServer'> =
  (tools) =>
  async ({ session, listed, passedOver }) => {
    const binding = (await tools.records.read('binding', keys.binding(session)))?.value;
    const open = listed.filter((issuer) => !passedOver.includes(issuer));
    const preferences: readonly ((issuer: string) => boolean)[] = [
      (issuer) => issuer === binding?.current,
      (issuer) => binding !== undefined && Object.hasOwn(binding.servers, issuer),
      (issuer) => (tools.client.preRegistered ?? []).some((client) => client.issuer === issuer),
      () => true,
    ];
    const chosen = preferences
      .map((isPreferred) => open.find(isPreferred))
      .find((issuer) => issuer !== undefined);
    return { at: tools.now(), issuer: chosen ?? null };
  };
