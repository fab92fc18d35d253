// What is said to servers, part by part: what the host gives, and the door as a fetch.
import { describe, expect, it, vi } from 'vitest';
import type { Door, DoorAnswer, DoorRequest } from '../../../actors/network/door.ts';
import { fetchThrough } from '../../../actors/network/fetchThrough.ts';
import { fromHost, secretFromHost } from '../../../actors/network/fromHost.ts';
import { failureOf } from '../../support/engine.ts';
import { toolsFor } from '../tools.ts';

const never = new AbortController().signal;
const answerOf = (status: number, text = ''): DoorAnswer => ({
  status,
  headers: new Headers({
    'content-length': '5',
    'content-encoding': 'gzip',
    'transfer-encoding': 'chunked',
    etag: 'a',
  }),
  mediaType: '',
  text,
  url: '',
});

describe('what the host gives', () => {
  it('C14: is the value, or what its function gives', async () => {
    const { tools } = toolsFor();
    expect(await fromHost(tools, 'value', 'it')).toBe('value');
    expect(await fromHost(tools, undefined, 'it')).toBeUndefined();
    expect(await fromHost(tools, async () => 'value', 'it')).toBe('value');
    expect(await secretFromHost(tools, 'secret', 'it')).toBe('secret');
    expect(await secretFromHost(tools, async () => 'secret', 'it')).toBe('secret');
  });

  it('C14, L10: is a fault of the host where it fails, told to the host alone', async () => {
    const onDefect = vi.fn();
    const { tools } = toolsFor({ onDefect });
    const fault = new Error('hunter2');
    const fails = (): Promise<never> => Promise.reject(fault);
    const plain = await failureOf(fromHost(tools, fails, 'the key'));
    expect(plain).toMatchObject({ code: 'config_invalid', phase: 'authorizing' });
    expect(plain.toFailure()).not.toHaveProperty('issuer');
    expect(plain.message).toContain('the key');
    const at = { phase: 'renewing', issuer: 'https://a.example' } as const;
    expect(await failureOf(secretFromHost(tools, fails, 'it', at))).toMatchObject({
      code: 'config_invalid',
      ...at,
    });
    expect(onDefect.mock.calls).toEqual([[fault], [fault]]);
    for (const nothing of ['', 'line\n', 5, undefined, null])
      expect(
        await failureOf(secretFromHost(tools, (async () => nothing) as () => Promise<string>, 'it', at)),
      ).toMatchObject({ code: 'config_invalid', ...at });
  });
});

describe('the door as a fetch', () => {
  const through = (answer: DoorAnswer) => {
    const asked: DoorRequest[] = [];
    const door: Door = async (request) => {
      asked.push(request);
      return answer;
    };
    const send = fetchThrough(door, { purpose: 'token', resource: 'https://mcp.example', signal: never });
    return { asked, send };
  };

  it('TOK-1: sends what it is given, and gives what came, decoded', async () => {
    const { asked, send } = through(answerOf(400, '{"a":1}'));
    const headers = { accept: 'application/json' };
    const response = await send('https://a.example/token', {
      method: 'POST',
      headers,
      body: new URLSearchParams('a=b'),
    });
    expect(asked).toMatchObject([
      { purpose: 'token', resource: 'https://mcp.example', method: 'POST', headers, body: 'a=b' },
    ]);
    expect([response.status, await response.text()]).toEqual([400, '{"a":1}']);
    expect([...response.headers.keys()].sort()).toEqual(['content-type', 'etag']);
  });

  it.each([204, 205, 304])('TOK-1: an answer %i has no body', async (status) => {
    const { asked, send } = through(answerOf(status));
    const response = await send('https://a.example', { method: 'GET', headers: {}, body: null });
    expect([response.status, response.body]).toEqual([status, null]);
    expect(asked[0]).not.toHaveProperty('body');
  });

  it('C09: ends with either signal', async () => {
    const { asked, send } = through(answerOf(200));
    const ending = new AbortController();
    await send('https://a.example', { method: 'GET', headers: {}, signal: ending.signal });
    expect(asked[0]?.signal.aborted).toBe(false);
    ending.abort();
    expect(asked[0]?.signal.aborted).toBe(true);
  });
});
