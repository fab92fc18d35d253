// DISC-14: where an address is, however it is written, and what a resource may name from where it is itself.
import { describe, expect, it } from 'vitest';
import { judgeNamedAddress, type Reach, reachOf, reachOfAddress, reachReason } from '../../protocol/reach.ts';

const RESOURCE = 'https://mcp.example.com/mcp';
const of = (text: string): Reach => reachOf(new URL(text));

describe('where an address is (D01, D02, D03)', () => {
  it.each<[Reach, readonly string[]]>([
    ['public', ['8.8.8.8', '1.1.1.1', '172.32.0.1', '192.167.255.255', '11.0.0.0', '2606:4700::1111']],
    ['private', ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1']],
    [
      'private',
      ['fd00::1', 'fc00::1', '::ffff:10.0.0.1', '::ffff:a00:1', '64:ff9b::10.0.0.1', '2002:a00:1::1'],
    ],
    ['link-local', ['169.254.169.254', '169.254.0.1', 'fe80::1', 'febf::1', '::ffff:169.254.169.254']],
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1']],
    ['nowhere', ['0.0.0.0', '::', '224.0.0.1', 'ff02::1', '255.255.255.255', '192.0.2.1', '2001:db8::1']],
    ['nowhere', ['198.18.0.1', '203.0.113.1', '240.0.0.1', '2001::1', 'not an address', '']],
    ['public', ['::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '2002:808:808::1']],
  ])('is %s: %j', (reach, addresses) => {
    expect(addresses.map(reachOfAddress)).toEqual(addresses.map(() => reach));
  });

  it.each<[Reach, readonly string[]]>([
    [
      'private',
      ['https://0xa000001', 'https://167772161', 'https://012.0.0.1', 'https://10.1', 'https://10.0.0.1.'],
    ],
    ['private', ['https://[::ffff:10.0.0.1]', 'https://[FD00::1]', 'https://[fd00:0:0:0:0:0:0:1]:8443/x?y']],
    [
      'link-local',
      ['https://169.254.169.254/latest', 'https://0xA9FEA9FE', 'https://2852039166', 'https://[fe80::1]'],
    ],
    [
      'private',
      ['https://metadata.google.internal', 'https://METADATA.GOOGLE.INTERNAL.', 'https://nas.local'],
    ],
    ['private', ['https://intranet', 'https://router.home.arpa', 'https://jira.corp', 'https://nas.lan']],
    ['loopback', ['https://localhost', 'https://a.LOCALHOST.', 'https://127.1', 'https://[::1]']],
    ['public', ['https://as.example.com', 'https://internal.example.com', 'https://localhost.example.com']],
    ['public', ['https://corporate.example', 'https://mylocal.example', 'https://10.0.0.1.nip.example']],
  ])('is %s, by its URL: %j', (reach, urls) => {
    expect(urls.map(of)).toEqual(urls.map(() => reach));
  });
});

describe('IPv6', () => {
  it('D03: is public only where public servers have addresses, whatever IPv4 is written at its end', () => {
    const odd = ['[::10.0.0.1]', '[::fff1]', '[::ffff:0:10.0.0.1]', '[4000::1]', '[1::1]'];
    expect(odd.map((host) => of(`https://${host}`))).toEqual(odd.map(() => 'nowhere'));
    expect(of('https://[2a00:1450::1]')).toBe('public');
  });
});

describe('what a resource may name (D01, D02)', () => {
  const reaches: readonly Reach[] = ['public', 'private', 'link-local', 'loopback', 'nowhere'];

  it.each<[Reach, readonly Reach[]]>([
    ['public', ['public']],
    ['private', ['public', 'private']],
    ['link-local', ['public', 'private', 'link-local']],
    ['loopback', ['public', 'private', 'loopback']],
    ['nowhere', ['public', 'private']],
  ])('one that is %s: %j', (resource, allowed) => {
    expect(reaches.filter((there) => reachReason(resource, there) === undefined)).toEqual(allowed);
  });

  it.each(['https://10.0.0.1/token', 'https://169.254.169.254/latest/meta-data', 'https://idp.corp/token'])(
    'D01, D02: nothing at %s, unless the host knows its origin',
    (address) => {
      const refused = judgeNamedAddress(address, RESOURCE);
      expect(refused).toMatchObject({
        ok: false,
        reason: expect.stringContaining('dangerouslyAllowPrivateAddressAt'),
      });
      expect(judgeNamedAddress(address, RESOURCE, [new URL(address).origin]).ok).toBe(true);
      expect(judgeNamedAddress(address, RESOURCE, ['https://other.example']).ok).toBe(false);
    },
  );

  it('D07: plain http stays refused, also where the host knows the origin', () => {
    expect(judgeNamedAddress('http://10.0.0.1/token', RESOURCE, ['http://10.0.0.1']).ok).toBe(false);
    expect(judgeNamedAddress('https://0.0.0.0/token', RESOURCE)).toEqual({
      ok: false,
      reason: 'its address is one that no server has',
    });
    expect(judgeNamedAddress('https://127.0.0.1/token', RESOURCE).ok).toBe(false);
    expect(judgeNamedAddress('https://as.example.com/token', RESOURCE).ok).toBe(true);
  });

  it('D01, D02: a refusal says where the address is, and which option helps', () => {
    const option = 'allow its origin with policy.dangerouslyAllowPrivateAddressAt if you know it';
    expect(reachReason('public', 'private')).toBe(
      `it is in a private network, and the resource is not; ${option}`,
    );
    expect(reachReason('private', 'link-local')).toBe(
      `it is a link-local address, where machines of a cloud find their credentials, and the resource is elsewhere; ${option}`,
    );
    expect(reachReason('public', 'loopback')).toBe(
      'it points to this machine, and the resource is elsewhere',
    );
    expect(reachReason('private', 'nowhere')).toBe('its address is one that no server has');
  });

  it('D03: a host is read in whatever letters, and only whole labels count', () => {
    expect(reachOf({ hostname: 'IDP.CORP' })).toBe('private');
    expect(reachOf({ hostname: 'LOCALHOST' })).toBe('loopback');
    expect(reachOf({ hostname: 'as.mylocal' })).toBe('public');
    expect(reachOf({ hostname: 'as.mylocalhost' })).toBe('public');
    expect(reachOf({ hostname: 'wiki' })).toBe('private');
    expect(reachOf({ hostname: '[fd00::1]' })).toBe('private');
    expect(reachOf({ hostname: '[2606:4700::1111]' })).toBe('public');
  });

  it('D03: an address that stands for one that no server has is nowhere', () => {
    expect(reachOfAddress('::ffff:224.0.0.1')).toBe('nowhere');
    expect(reachOfAddress('64:ff9b::0.0.0.0')).toBe('nowhere');
  });
});
