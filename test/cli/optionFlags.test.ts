// Every option has a flag, or a reason why there is none; every option that a sentence names is one; every flag is there.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseAst } from 'vitest/node';
import { loopbackShape } from '../../actors/userAgents/loopback.ts';
import { pasteShape } from '../../actors/userAgents/paste.ts';
import { inFlags, optionFlags } from '../../cli/flagNames.ts';
import {
  clientShape,
  grantShapes,
  preRegisteredShape,
  privateKeyShape,
} from '../../engine/options/client.ts';
import { engineShape } from '../../engine/options/engine.ts';
import { policyShape } from '../../engine/options/policy.ts';
import { loginShape } from '../../engine/options/session.ts';
import { sessionShape } from '../../protocol/sessionId.ts';
import { runHere } from './command.ts';

const paths = (path: string, shape: object): readonly string[] =>
  Object.keys(shape).map((name) => `${path}.${name}`);

const options = new Set([
  ...paths('engine', engineShape),
  ...paths('session', sessionShape),
  ...paths('login', loginShape),
  ...paths('policy', policyShape),
  ...paths('client', clientShape),
  ...paths('client.preRegistered[]', preRegisteredShape),
  ...paths('client.preRegistered[].privateKey', privateKeyShape),
  ...Object.values(grantShapes).flatMap((shape) => paths('client.grant', shape)),
  ...paths('loopbackUserAgent', loopbackShape),
  ...paths('pasteUserAgent', pasteShape),
  'nodeFetch.caFile',
  'nodeFetch.silence',
]);

describe('options and flags', () => {
  test('HOST-2: each option has a flag or a written reason, and nothing else has', () => {
    expect(Object.keys(optionFlags).sort()).toEqual([...options].sort());
    for (const one of Object.values(optionFlags))
      if ('without' in one) expect(one.without).toMatch(/^[\w-].{8,}[^.]$/);
  });

  test('HOST-2: each flag is one of a command, with a line of help', async () => {
    const help = (
      await Promise.all(
        ['login', 'explain'].map(async (name) => (await runHere('', [name, '--help'])).stdout),
      )
    ).join('\n');
    for (const one of Object.values(optionFlags))
      if ('flag' in one)
        expect(help).toMatch(new RegExp(`^ +(?:-\\w, |--wait, )?${one.flag}\\b.* {2}\\S`, 'm'));
  });

  test('HOST-2: each option that a sentence names is one', async () => {
    const name = /\b(?:policy|client|loopbackUserAgent|pasteUserAgent)(?:\.[a-zA-Z]+|\[\])+/g;
    const named = new Set<string>();
    for (const text of await sources())
      for (const sentence of textsIn(text)) for (const [one] of sentence.matchAll(name)) named.add(one);
    expect(named.size).toBeGreaterThan(15);
    const pages = ['client.json', 'client.id'];
    expect([...named].filter((one) => !options.has(one) && !pages.includes(one))).toEqual([]);
  });
});

/** The text of every source file whose sentences hosts read. */
async function sources(): Promise<readonly string[]> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const folders = ['protocol', 'actors', 'machines', 'engine'];
  const files = folders.map(async (folder) =>
    (await readdir(join(root, folder), { recursive: true }))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map((file) => readFile(join(root, folder, file), 'utf8')),
  );
  return Promise.all((await Promise.all(files)).flat());
}

/** Every text with a blank in it that stands in a source: what people may come to read. */
function textsIn(source: string): readonly string[] {
  const found: string[] = [];
  const look = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, value } = node as { readonly type?: string; readonly value?: unknown };
    if (type === 'Literal' && typeof value === 'string') found.push(value);
    if (type === 'TemplateElement') found.push(String((value as { readonly cooked?: string }).cooked ?? ''));
    for (const one of Object.values(node)) look(one);
  };
  look(parseAst(source, { lang: 'ts' }));
  return found.filter((text) => text.includes(' '));
}

describe('a sentence in flags', () => {
  const issuer = 'https://as.example';
  const said = (message: string, phase: 'configuring' | 'discovering' = 'discovering') =>
    inFlags({ message, phase, issuer });

  test.each([
    ['allow it with policy.dangerouslyAllowWithoutPkceAt.', `allow it with --allow-without-pkce ${issuer}.`],
    ['use policy.legacyDiscovery if it', 'use --legacy-discovery if it'],
    ['check client.preRegistered[].authMethod.', 'check --client-auth.'],
    ['give it as client.preRegistered, or', 'give it as --client-id, or'],
    ['use another with loopbackUserAgent.port.', 'use another with --callback-port.'],
    ['the header x of policy.resourceHeaders; check', 'the header x of --resource-header; check'],
    ['require less with client.dpop.', 'require less with --dpop.'],
    ['policy.idleAfter must be a number', 'policy.idleAfter must be a number'],
    ['client.name must be', 'client.name must be'],
    ['a policyholder.x and client.', 'a policyholder.x and client.'],
    ['scopes must stay here', 'scopes must stay here'],
  ])('%j', (message, expected) => {
    expect(said(message)).toBe(expected);
  });

  test.each([
    ['policy.scopeFloor[1] must be one scope.', '--scope-floor must be one scope.'],
    ['policy.resourceHeaders["https://rs.example"]["x-y"] must be', '--resource-header must be'],
    ['client.preRegistered[0].privateKey.keyId must be', '--private-key-id must be'],
    ['client.preRegistered[0].issuer must be', '--issuer must be'],
    ['client.initialAccessTokens[0].issuer must be', '--initial-access-token must be'],
    ['scopes[0] must be one scope', '--scope must be one scope'],
    ['port must be a port', '--callback-port must be a port'],
    ['constructor must be', 'constructor must be'],
  ])('of what is given at the start: %j', (message, expected) => {
    expect(inFlags({ message, phase: 'configuring' })).toBe(expected);
  });
});
