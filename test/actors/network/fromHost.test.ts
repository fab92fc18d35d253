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
    const waits: number[] = [];
    const sleep = async (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
    };
    const never = (): Promise<string> => new Promise(() => {});
    const { tools } = toolsFor({ sleep });
    const failure = await failureOf(secretFromHost(tools, never, 'the client secret', { phase: 'renewing' }));
    expect(failure).toMatchObject({ code: 'config_invalid', phase: 'renewing', recovery: 'fix-config' });
    expect(failure.message).toBe(
      'The host did not give the client secret in time; check where it takes it from.',
    );
    const quick = toolsFor({ sleep, policy: { loginTimeout: 7_000 } });
    await failureOf(fromHost(quick.tools, never, 'it'));
    expect(waits).toEqual([600_000, 7_000]);
  });

  it('that answers leaves no timer behind', async () => {
    let over: AbortSignal | undefined;
    const { tools } = toolsFor({
      sleep: (_, signal) => {
        over = signal;
        return new Promise(() => {});
      },
    });
    expect(await fromHost(tools, async () => 'given', 'it')).toBe('given');
    expect(over?.aborted).toBe(true);
  });
});
