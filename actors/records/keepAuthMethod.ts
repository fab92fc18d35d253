// Remembers with a registration which method of authentication its server has accepted (TOK-11).
import type { ClientRecord } from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';
import { updateRegistration } from './updateRegistration.ts';

/**
 * From now on a client that is registered here begins with the method that it was accepted with. Best effort.
 * @param asked the client as the request began with it.
 * @param accepted the same client as its server has accepted it.
 */
export async function keepAuthMethod(
  tools: Tools,
  issuer: string,
  asked: ClientRecord,
  { clientId, authMethod }: ClientRecord,
): Promise<void> {
  if (authMethod === asked.authMethod) return;
  await updateRegistration(tools, { issuer, clientId }, (now) => ({
    ...now,
    client: { ...now.client, authMethod },
  }));
}
