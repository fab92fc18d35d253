// The access token of a stored grant: whose it has to be to be handed out, and how it is shown to the resource.
import { describe, expect, it } from 'vitest';
import { Dpop } from '../../actors/network/dpop.ts';
import { makeKey } from '../../actors/network/dpopKey.ts';
import type { Tools } from '../../actors/tools/tools.ts';
import type { Grant } from '../../contract/facts.ts';
import { useGrant } from '../../engine/useGrant.ts';
import { store } from '../actors/stored.ts';
import { toolsFor } from '../actors/tools.ts';
import { samples } from '../stores/recordSamples.ts';
import { failureOf } from '../support/engine.ts';
import { full } from './contexts.ts';

const { key, value } = samples().grant;
const grant: Grant = {
  ...(full.grant as Grant),
  key,
  issuer: value.issuer,
  clientId: value.client.clientId,
};
const url = new URL(value.resource);

/** Uses the sample grant as the chart knows it, unless the test says otherwise. */
const use = (
  tools: Tools,
  { session = value.session, of = grant }: { session?: typeof value.session; of?: Grant } = {},
) => useGrant(tools, session, of, value.issuer);

describe('the token of a stored grant', () => {
  it('RFC 6750 §2.1: is shown as a bearer token where it is bound to no key', async () => {
    const { tools } = toolsFor();
    const version = await store(tools, 'grant', { tokenType: undefined, dpopKey: undefined });
    const token = await use(tools);
    expect(token).toMatchObject({ accessToken: 'access', version, isBound: false });
    expect(await token?.headersFor({ method: 'GET', url })).toEqual({ authorization: 'Bearer access' });
  });

  it('RFC 9449 §5: is shown as a bearer token where only its refresh token is bound to the key', async () => {
    const { tools } = toolsFor({ dpop: new Dpop('preferred', () => 1_800_000_000_000) });
    await store(tools, 'grant', { tokenType: undefined, dpopKey: await makeKey() });
    const token = await use(tools);
    expect(token?.isBound).toBe(false);
    expect(await token?.headersFor({ method: 'GET', url })).toEqual({ authorization: 'Bearer access' });
  });

  it('RFC 9449 §7.1: is shown with a proof for this request, with the nonce heard last, where it is bound', async () => {
    const dpop = new Dpop('preferred', () => 1_800_000_000_000);
    const { tools } = toolsFor({ dpop });
    await store(tools, 'grant', { dpopKey: await makeKey() });
    dpop.hear(url, 'fresh');
    const token = await use(tools);
    expect(token?.isBound).toBe(true);
    const headers = await token?.headersFor({ method: 'PATCH', url });
    expect(headers?.authorization).toBe('DPoP access');
    const claims = JSON.parse(Buffer.from(headers?.dpop?.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ htm: 'PATCH', htu: url.href, nonce: 'fresh' });
    expect(claims.ath).toBeTypeOf('string');
  });

  it('TOK-13: is none where the grant was forgotten', async () => {
    expect(await use(toolsFor().tools)).toBeUndefined();
  });

  it.each<[string, Parameters<typeof use>[1]]>([
    ['session', { session: { ...value.session, subject: 'eve' } }],
    ['client', { of: { ...grant, clientId: 'another' } }],
    ['issuer', { of: { ...grant, issuer: 'https://b.example' } }],
  ])('S06: is none where the record is of another %s', async (_whose, change) => {
    const { tools } = toolsFor();
    await store(tools, 'grant', { tokenType: undefined, dpopKey: undefined });
    expect(await use(tools, change)).toBeUndefined();
  });

  it.each([['https://b.example'], [undefined]])(
    'BIND-9: is refused where the resource is bound to %s now',
    async (active) => {
      const { tools } = toolsFor();
      await store(tools, 'grant', { tokenType: undefined, dpopKey: undefined });
      const failure = await failureOf(useGrant(tools, value.session, grant, active));
      expect(failure).toMatchObject({ code: 'token_of_other_issuer', otherIssuer: value.issuer });
    },
  );

  it('RFC 9449 §4: is refused where its key is lost, and says whose it was', async () => {
    const { tools } = toolsFor({ dpop: new Dpop('preferred', () => 1_800_000_000_000) });
    await store(tools, 'grant', { dpopKey: undefined });
    expect(await failureOf(use(tools))).toMatchObject({
      code: 'grant_refused',
      phase: 'requesting',
      issuer: value.issuer,
    });
  });
});
