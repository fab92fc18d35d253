// An engine needs no user agent where no grant of its client needs a browser.
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../index.ts';
import { callTool, failureOf, personsTurn, testEngine, testHost } from '../support/engine.ts';
import { engineOf, grants, useBench } from './optionBench.ts';

const bench = useBench();

describe('an engine without a user agent', () => {
  it.each(Object.values(grants).map((grant) => ({ grant, kind: grant.kind })))(
    'HOST-2: is one, with the grant $kind',
    async ({ grant }) => {
      expect(() => engineOf({ client: { name: 'tests', grant } })).not.toThrow();
    },
  );

  it('EXT-1: gets a grant that needs no person', async () => {
    bench().world.issueDirectly('a');
    const preRegistered = [{ issuer: bench().world.origins.a, clientId: 'machine', clientSecret: 'x' }];
    const client = { name: 'tests', preRegistered, grant: grants['client-credentials'] };
    const engine = engineOf({ client, policy: { interaction: 'auto' } });
    expect((await callTool(engine.session({ resource: bench().world.resource }), 'any')).status).toBe(200);
  });

  it('HOST-2: refuses a login of before that waits for a person, and says what to give', async () => {
    const store = memoryStore();
    const before = testEngine(bench().world.resource, { store, userAgent: testHost().userAgent });
    before.session.login().catch(() => {});
    await personsTurn(before.session);
    await before.engine.dispose();
    const engine = engineOf({ client: { name: 'tests', grant: grants.workload }, store });
    const failure = await failureOf(engine.session({ resource: bench().world.resource }).login());
    expect(failure).toMatchObject({ code: 'config_invalid', phase: 'authorizing' });
    expect(failure.message).toContain('userAgent');
  });
});
