// The options of every home of records are judged when the home is made: one sentence says which one is wrong (HOST-2).
import { describe, expect, it } from 'vitest';
import { webStore } from '../../adapters/browser.ts';
import { fileStore } from '../../adapters/node.ts';
import { AuthError, encryptedStore, memoryStore } from '../../index.ts';
import { keychainStore } from '../../stores/keychain.ts';
import { postgresStore } from '../../stores/postgres.ts';
import { redisStore } from '../../stores/redis.ts';

const pool = { query: async () => ({ rows: [] }) };
const redis = { eval: async () => 1, hmget: async () => [], scan: async () => ['0', []] as const };
const key = { current: { id: 'a', key: new Uint8Array(32) } };
const none: readonly unknown[] = [null, 5, 'text', [], new Map()];

type Make = (options: never) => unknown;

const rows: readonly (readonly [string, readonly unknown[], string, Make])[] = [
  ['fileStore(options)', [undefined, ...none], '', fileStore],
  [
    'fileStore({ folder })',
    [undefined, null, '', 5, 'a\0b', new URL('file:///tmp')],
    'folder',
    (folder) => fileStore({ folder }),
  ],
  ['fileStore({ foldr })', ['/tmp/x'], 'foldr', (foldr) => fileStore({ folder: '/tmp/x', foldr } as never)],
  ['webStore(options)', none, '', webStore],
  ['webStore({ name })', [null, '', 5], 'name', (name) => webStore({ name })],
  ['postgresStore(options)', [undefined, ...none], '', postgresStore],
  [
    'postgresStore({ pool })',
    [undefined, null, {}, { query: true }],
    'pool',
    (of) => postgresStore({ pool: of }),
  ],
  ['postgresStore({ table })', [null, '', 5], 'table', (table) => postgresStore({ pool, table })],
  ['postgresStore({ listen })', [null, 5, {}], 'listen', (listen) => postgresStore({ pool, listen })],
  ['redisStore(options)', [undefined, ...none], '', redisStore],
  [
    'redisStore({ redis })',
    [undefined, null, {}, { eval: true }],
    'redis',
    (of) => redisStore({ redis: of }),
  ],
  ['redisStore({ prefix })', [null, 5], 'prefix', (prefix) => redisStore({ redis, prefix })],
  [
    'redisStore({ subscriber })',
    [null, 5, {}],
    'subscriber',
    (subscriber) => redisStore({ redis, subscriber }),
  ],
  [
    'redisStore({ replicas })',
    [null, -1, 0.5, '1'],
    'replicas',
    (replicas) => redisStore({ redis, replicas }),
  ],
  ['keychainStore(options)', [undefined, ...none], '', keychainStore],
  ['keychainStore({ folder })', [undefined, '', 5], 'folder', (folder) => keychainStore({ folder })],
  [
    'keychainStore({ fallback })',
    [null, {}, new Map()],
    'fallback',
    (fallback) => keychainStore({ folder: '/tmp/x', fallback }),
  ],
  [
    'keychainStore({ service })',
    [null, 5],
    'service',
    (service) => keychainStore({ folder: '/tmp/x', service }),
  ],
  [
    'keychainStore({ timeout })',
    [null, '5'],
    'timeout',
    (timeout) => keychainStore({ folder: '/tmp/x', timeout }),
  ],
  ['encryptedStore(home)', [undefined, ...none, {}], 'home', (home) => encryptedStore(home, key)],
];

describe('the options of a home', () => {
  it.each(rows)('HOST-2, P07: %s', (_what, values, about, make) => {
    for (const value of values) {
      const refused = ((): unknown => {
        try {
          return make(value as never);
        } catch (error) {
          return error;
        }
      })();
      expect(refused).toBeInstanceOf(AuthError);
      expect(refused).toMatchObject({ code: 'config_invalid', phase: 'configuring' });
      expect((refused as AuthError).message).toContain(about);
      // It says what is wanted, too.
      expect((refused as AuthError).message).toMatch(/[^.\s]\.$/);
    }
  });

  it('HOST-2: those that can be used are let through', () => {
    fileStore({ folder: '/tmp/x' });
    webStore();
    webStore({ name: 'other' });
    postgresStore({ pool });
    redisStore({ redis, prefix: '' });
    keychainStore({ folder: '/tmp/x', fallback: memoryStore() });
    encryptedStore(memoryStore(), key);
  });
});
