// What is found out about a client that is registered here stands with its registration.
import { keys, type RegistrationRecord } from '../../stores/records.ts';
import { registrationPlace, type Tools } from '../tools/tools.ts';

/**
 * Changes the registration of a client, if it is still the one that is kept for its issuer. Best effort: what cannot be
 * stored is found out again.
 * @param change undefined: nothing has to change.
 */
export async function updateRegistration(
  tools: Pick<Tools, 'records' | 'client' | 'userAgent'>,
  of: { readonly issuer: string; readonly clientId: string },
  change: (now: RegistrationRecord) => RegistrationRecord | undefined,
): Promise<void> {
  const key = keys.registration(of.issuer, registrationPlace(tools));
  await tools.records
    .update(key, (now) =>
      now?.issuer === of.issuer && now.client.clientId === of.clientId ? change(now) : undefined,
    )
    .catch(() => {});
}
