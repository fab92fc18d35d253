// EXT-5 against a real authorization server and a real MCP server, in each way in which they may want DPoP.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import type { ClientOptions } from '../../index.ts';
import { type Playground, type PlaygroundOptions, startPlayground } from '../../playground/playground.ts';
import { callTool, type TestEngine, testEngine } from '../support/engine.ts';

let playground: Playground;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'authchart-dpop-'));
});
afterEach(async () => {
  await playground.close();
  await rm(folder, { recursive: true, force: true });
});

type Mode = NonNullable<ClientOptions['dpop']>;
function start(dpop: Mode): TestEngine {
  const client = { name: 'authchart interop', metadataUrl: playground.clientMetadataUrl, dpop };
  return testEngine(playground.resource, { client, store: fileStore({ folder }) });
}

const grantTypes = () =>
  playground.exchanges
    .filter(({ path, status }) => path === '/token' && status === 200)
    .map(({ body }) => new URLSearchParams(body).get('grant_type'));

describe.each<[NonNullable<PlaygroundOptions['dpop']>, Mode]>([
  ['allowed', 'preferred'],
  ['allowed', 'required'],
  ['required', 'preferred'],
  ['nonces', 'required'],
])('EXT-5: where DPoP is %s, and %s by the client', (there, here) => {
  it('STEP-1, TOK-4, T22, T23: logs in, widens, renews over a restart, and signs out', async () => {
    playground = await startPlayground({ dpop: there });
    const first = start(here);
    expect((await callTool(first.session, 'read_note')).status).toBe(200);
    expect((await callTool(first.session, 'write_note')).status).toBe(200);
    playground.rotateNonces();
    playground.expireAccessTokens();
    expect((await callTool(first.session, 'write_note')).status).toBe(200);
    await first.engine.dispose();
    playground.rotateNonces();
    playground.expireAccessTokens();
    const { session, engine } = start(here);
    expect((await callTool(session, 'write_note')).status).toBe(200);
    expect(session.explain().grant?.bound).toBe(true);
    expect(grantTypes()).toEqual([
      'authorization_code',
      'authorization_code',
      'refresh_token',
      'refresh_token',
    ]);
    const schemes = playground.exchanges.map(({ headers }) => headers['authorization']?.split(' ')[0]);
    expect(schemes).toContain('DPoP');
    expect(schemes).not.toContain('Bearer');
    await session.logout();
    expect(
      playground.exchanges.filter(({ path }) => path === '/revoke').map(({ status }) => status),
    ).toContain(200);
    await engine.dispose();
  });
});
