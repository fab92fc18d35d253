// Remembers with a registration which method of authentication its server has accepted (TOK-11).
import { type ClientRecord, keys } from '../../stores/records.ts';
import { registrationPlace, type Tools } from '../tools/tools.ts';

/**
 * From now on a client that is registered here begins with the method that it was accepted with. Best effort: where it cannot be
 * stored, the next request finds it out again.
 * @param asked the client as the request began with it.
 * @param accepted the same client as its server has accepted it.
 */
export async function keepAuthMethod(
  tools: Tools,
  issuer: string,
  asked: ClientRecord,
  accepted: ClientRecord,
): Promise<void> {
  const { clientId, authMethod } = accepted;
  if (authMethod === asked.authMethod) return;
  const key = keys.registration(issuer, registrationPlace(tools));
  await tools.records
    .update(key, (now) =>
      now?.issuer === issuer && now.client.clientId === clientId
        ? { ...now, client: { ...now.client, authMethod } }
        : undefined,
    )
    .catch(() => {});
}
