// Names of operations: what is counted as one for step-ups (STEP-4).
import { describe, expect, test } from 'vitest';
import { operationOf } from '../../protocol/operation.ts';

const url = 'https://r.example/mcp?session=1';
const call = (method: unknown, params?: unknown) =>
  operationOf('POST', url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));

describe('operationOf names', () => {
  test.each([
    ['a tool', 'tools/call', { name: 'write_note', arguments: { x: 1 } }, 'POST /mcp tools/call write_note'],
    ['a prompt', 'prompts/get', { name: 'greet' }, 'POST /mcp prompts/get greet'],
    ['a resource', 'resources/read', { uri: 'note://1' }, 'POST /mcp resources/read note://1'],
    ['a method alone', 'tools/list', undefined, 'POST /mcp tools/list'],
    ['a method with other parameters', 'initialize', { x: 1 }, 'POST /mcp initialize'],
    ['parameters that are none', 'tools/call', null, 'POST /mcp tools/call'],
    ['parameters in a list', 'tools/call', ['name'], 'POST /mcp tools/call'],
    ['a name that is no text', 'tools/call', { name: 7 }, 'POST /mcp tools/call'],
    ['no method', undefined, { name: 'x' }, 'POST /mcp'],
    ['a method that is no text', 7, { name: 'x' }, 'POST /mcp'],
    ['W11: a name with escapes', 'tools/call', { name: 'a\n\x1b' }, 'POST /mcp tools/call a\\u{a}\\u{1b}'],
  ])('%s', (_, method, params, expected) => {
    expect(call(method, params)).toBe(expected);
  });

  test.each([
    ['no body', undefined],
    ['null', null],
    ['a text that is no JSON', 'x=1'],
    ['a batch', '[{"method":"tools/call"}]'],
    ['D19: an inherited method', '{"__proto__":{"method":"tools/call"}}'],
    ['bytes', new Uint8Array([123, 125])],
    ['a form', new URLSearchParams('method=x')],
  ])('%s: method and path', (_, body) => {
    expect(operationOf('PUT', url, body)).toBe('PUT /mcp');
  });

  test('by no origin and no query', () => {
    expect(operationOf('GET', 'https://r.example/a/b?token=x#y', undefined)).toBe('GET /a/b');
  });
});

describe('operationOf and size', () => {
  test('looks into 64 KiB and no further', () => {
    const body = JSON.stringify({ method: 'tools/list', pad: '' });
    const padded = (length: number) => body.replace('""', `"${'x'.repeat(length - body.length)}"`);
    expect(operationOf('POST', url, padded(64 * 1024))).toBe('POST /mcp tools/list');
    expect(operationOf('POST', url, padded(64 * 1024 + 1))).toBe('POST /mcp');
  });

  test('keeps operations apart that begin alike for long', () => {
    const long = `file:///${'a/'.repeat(200)}`;
    expect(call('resources/read', { uri: `${long}1` })).not.toBe(call('resources/read', { uri: `${long}2` }));
    const deep = `https://r.example/${'a'.repeat(300)}`;
    const of = (method: string) => operationOf('POST', deep, JSON.stringify({ method }));
    expect(of('tools/list')).not.toBe(of('prompts/list'));
  });

  test('is bounded all the same: 2,048 characters, and a sign that there was more', () => {
    const whole = `POST /mcp tools/call ${'x'.repeat(2048 - 21)}`;
    expect(call('tools/call', { name: 'x'.repeat(2048 - 21) })).toBe(whole);
    expect(call('tools/call', { name: 'x'.repeat(60_000) })).toBe(`${whole}…`);
    const deep = (length: number) => operationOf('GET', `https://r.example/${'x'.repeat(length)}`, undefined);
    expect(deep(2048 - 5)).toBe(`GET /${'x'.repeat(2048 - 5)}`);
    expect(deep(2048 - 4)).toBe(`GET /${'x'.repeat(2048 - 5)}…`);
  });
});
