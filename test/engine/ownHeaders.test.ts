// Headers that belong to one request, or to the connection, are not the host's to set for all of them: each is named as it is sent.
import { describe, expect, it } from 'vitest';
import { headersByOrigin } from '../../engine/options/byName.ts';

const judge = (name: string): string => {
  try {
    headersByOrigin({ 'https://mcp.example': { [name]: 'value' } }, 'policy.resourceHeaders');
    return 'taken';
  } catch (error) {
    return error instanceof Error ? error.message : 'thrown';
  }
};

describe('policy.resourceHeaders', () => {
  it.each([
    'Authorization',
    'COOKIE',
    'DPoP',
    'Host',
    'Content-Type',
    'Sec-Fetch-Mode',
    'Proxy-Authorization',
  ])('TOK-1: do not have %s, in whatever letters', (name) => {
    expect(judge(name)).toContain(`"${name.toLowerCase()}" is not; leave it out.`);
  });

  it.each(['x-api-key', 'X-Tenant', 'mcp-protocol-version'])('HOST-2: have %s', (name) => {
    expect(judge(name)).toBe('taken');
  });
});
