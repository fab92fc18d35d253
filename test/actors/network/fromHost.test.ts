// What the host gives through a callback: judged, told as a defect where it throws, and not waited for without end.
import { describe, expect, it } from 'vitest';
import { fromHost, secretFromHost } from '../../../actors/network/fromHost.ts';
import { failureOf } from '../../support/engine.ts';
import { toolsFor } from '../tools.ts';

describe('a callback of the host', () => {
  it('is not asked where there is a value, or nothing', async () => {
    const { tools } = toolsFor();
    expect(await fromHost(tools, 'here', 'it')).toBe('here');
    expect(await fromHost(tools, undefined, 'it')).toBeUndefined();
  });

  it('that never ends is waited for as long as a person may take', async () => {
    const never = (): Promise<string> => new Promise(() => {});
    const { tools } = toolsFor({ policy: { loginTimeout: 20 } });
    const failure = await failureOf(secretFromHost(tools, never, 'the client secret', { phase: 'renewing' }));
    expect(failure).toMatchObject({ code: 'config_invalid', phase: 'renewing', recovery: 'fix-config' });
    expect(failure.message).toBe(
      'The host did not give the client secret in time; check where it takes it from.',
    );
  });

  it('that takes a while is waited for, by the clock of the platform', async () => {
    const { tools } = toolsFor({ sleep: async () => {} });
    const slow = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 30, 'given'));
    expect(await fromHost(tools, slow, 'it')).toBe('given');
  });
});
