// The records of one authorization server, in memory, as oidc-provider wants them.
import type { Adapter } from 'oidc-provider';

interface Entry {
  readonly model: string;
  readonly payload: Record<string, unknown>;
}

/** The grant, and the kinds of records that belong to one. */
const OF_GRANTS = new Set(['Grant', 'AuthorizationCode', 'AccessToken', 'RefreshToken']);

/** The records of one authorization server. */
export interface Records {
  /** Makes the adapter of one kind of record, for `adapter` in the configuration of oidc-provider. */
  adapter(model: string): Adapter;
  /** Removes every grant, with its codes and refresh tokens. Registrations and sessions stay. */
  forgetGrants(): void;
  /** Whether this code was issued to a device. The code may be written as a person types it. */
  hasUserCode(userCode: string): boolean;
}

/** Makes an empty store. It does not remove expired records, since oidc-provider checks `exp` of each record. */
export function createRecords(): Records {
  const entries = new Map<string, Entry>();

  function find(model: string, field: string, value: string) {
    for (const entry of entries.values()) {
      if (entry.model === model && entry.payload[field] === value) return entry.payload;
    }
    return undefined;
  }

  return {
    adapter: (model) => ({
      async upsert(id, payload) {
        entries.set(`${model}:${id}`, { model, payload });
      },
      async find(id) {
        return entries.get(`${model}:${id}`)?.payload;
      },
      async findByUid(uid) {
        return find(model, 'uid', uid);
      },
      async findByUserCode(userCode) {
        return find(model, 'userCode', userCode);
      },
      async consume(id) {
        const entry = entries.get(`${model}:${id}`);
        if (entry !== undefined) entry.payload['consumed'] = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        entries.delete(`${model}:${id}`);
      },
      async revokeByGrantId(grantId) {
        for (const [key, entry] of entries) {
          if (entry.model === model && entry.payload['grantId'] === grantId) entries.delete(key);
        }
      },
    }),
    forgetGrants() {
      for (const [key, entry] of entries) {
        if (OF_GRANTS.has(entry.model)) entries.delete(key);
      }
    },
    hasUserCode: (userCode) =>
      find('DeviceCode', 'userCode', userCode.toUpperCase().replace(/\W/g, '')) !== undefined,
  };
}
