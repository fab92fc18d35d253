// What the host wants to be sent with requests to its own resources, or to one issuer, and that nobody else gets.
import { describe, expect, it, vi } from 'vitest';
import { resourceHeaders } from '../../../actors/network/resourceHeaders.ts';
import { ofIssuer, resourceAt, resourceParameter } from '../../../actors/network/resourceParameter.ts';
import { failureOf } from '../../support/engine.ts';

describe('headers of a resource', () => {
  const origin = 'https://mcp.example';
  const headersOf = (values: Record<string, string | (() => Promise<string>)>, onDefect = vi.fn()) =>
    resourceHeaders({ policy: { resourceHeaders: { [origin]: values } }, onDefect });

  it('go to its origin, by small names, with the values that the host gives', async () => {
    const of = headersOf({ 'X-Api-Key': 'key', 'x-more': async () => 'given' });
    expect(await of(new URL(`${origin}/any?a`), `${origin}/mcp`)).toEqual({
      'x-api-key': 'key',
      'x-more': 'given',
    });
  });

  it.each([
    ['the request goes elsewhere', 'https://as.example/', `${origin}/mcp`],
    ['the resource is elsewhere', `${origin}/`, 'https://other.example/mcp'],
    ['the port is another', `${origin}:8443/`, `${origin}:8443/mcp`],
    ['the resource is no URL', `${origin}/`, 'mcp'],
  ])('are none where %s', async (_what, url, resource) => {
    const ask = vi.fn(async () => 'key');
    expect(await headersOf({ 'x-api-key': ask })(new URL(url), resource)).toEqual({});
    expect(ask).not.toHaveBeenCalled();
  });

  it('are none where the host has said nothing', async () => {
    const of = resourceHeaders({ policy: {}, onDefect: () => {} });
    expect(await of(new URL(origin), origin)).toEqual({});
  });

  it.each([
    ['nothing', async () => ''],
    ['a line break', async () => 'a\nb'],
    ['what no header can hold', async () => 'ü'],
    ['no text', (async () => 5) as unknown as () => Promise<string>],
    ['a failure', () => Promise.reject(new Error('hunter2'))],
  ])('C14: cannot be sent where the host gives %s', async (_what, given) => {
    const onDefect = vi.fn();
    const failed = await failureOf(headersOf({ 'X-Key': given }, onDefect)(new URL(origin), origin));
    expect(failed.toFailure()).toMatchObject({ code: 'config_invalid', phase: 'requesting' });
    expect(failed.message).toContain('the header X-Key of policy.resourceHeaders');
    expect(failed.message).not.toContain('hunter2');
    expect(onDefect).toHaveBeenCalledTimes(failed.message.includes('could not give') ? 1 : 0);
  });
});

describe('the resource parameter', () => {
  const [issuer, resource] = ['https://as.example', 'https://mcp.example/mcp'];

  it('RFC 8707 §2: is the resource, another name for it, or nothing, as the host says for this issuer', () => {
    const at = (policy: Parameters<typeof resourceAt>[0]['policy']) =>
      resourceAt({ policy }, issuer, resource);
    expect(at({})).toBe(resource);
    expect(at({ dangerouslySendResourceAs: { [issuer]: 'api' } })).toBe('api');
    expect(at({ dangerouslySendResourceAs: { 'https://b.example': 'api' } })).toBe(resource);
    expect(at({ dangerouslyOmitResourceAt: [issuer] })).toBe('');
    expect(at({ dangerouslyOmitResourceAt: ['https://b.example'] })).toBe(resource);
  });

  it('is not found under a name that every object has', () => {
    expect(ofIssuer({}, 'constructor')).toBeUndefined();
    expect(ofIssuer(undefined, issuer)).toBeUndefined();
    expect(ofIssuer({ [issuer]: 5 }, issuer)).toBe(5);
  });

  it('is a parameter, or none', () => {
    expect(resourceParameter(resource)).toEqual({ resource });
    expect(resourceParameter('')).toStrictEqual({});
  });
});
