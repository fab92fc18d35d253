// Cases about addresses: what a server names in plain http outside this machine, in every range and every role.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Case, Kind, Source } from '../case.ts';
import { members } from '../lies.ts';
import { challenging, resourceMetadata, serverMetadata } from '../places.ts';
import { knowing, type Lie, stops } from '../plays.ts';
import type { Stage } from '../stage.ts';

/** By a name for the id: the host, and what it is. */
const ranges: readonly (readonly [string, string, string])[] = [
  ['cloud', '169.254.169.254', 'where machines of a cloud find their credentials'],
  ['private-10', '10.0.0.1', 'in a private network'],
  ['private-172', '172.16.0.1', 'in a private network'],
  ['private-192', '192.168.1.1', 'in a private network'],
  ['carrier', '100.64.0.1', 'in the network of a carrier'],
  ['unspecified', '0.0.0.0', 'no host, and systems take it for this machine'],
  ['public', '203.0.113.7', 'on the open network, in plain http'],
  ['decimal', '167772161', '10.0.0.1 as one number'],
  ['octal', '012.0.0.01', '10.0.0.1 in octal numbers'],
  ['ipv6-private', '[fd00::1]', 'in a private network of IPv6'],
  ['ipv6-mapped', '[::ffff:10.0.0.1]', '10.0.0.1 within IPv6'],
  ['ipv6-public', '[2001:db8::7]', 'on the open network, in plain http'],
];

interface Role {
  readonly name: string;
  readonly what: string;
  readonly source: Source;
  readonly lie: (address: string) => Lie;
}

const roles: readonly Role[] = [
  {
    name: 'pointer',
    what: 'The challenge points to metadata at',
    source: 'D01',
    lie: (address) => challenging(() => `Bearer resource_metadata="${address}/metadata"`),
  },
  {
    name: 'server',
    what: 'The resource lists an authorization server at',
    source: 'D02',
    lie: (address) => ({ where: resourceMetadata, how: members({ authorization_servers: [address] }) }),
  },
  {
    name: 'registration',
    what: 'The registration endpoint is at',
    source: 'R19',
    lie: (address) => ({
      where: serverMetadata,
      how: members({ registration_endpoint: `${address}/register` }),
    }),
  },
  {
    name: 'authorization',
    what: 'The authorization endpoint is at',
    source: 'AUTHZ-9',
    lie: (address) => ({
      where: serverMetadata,
      how: members({ authorization_endpoint: `${address}/authorize` }),
    }),
  },
  {
    name: 'token',
    what: 'The token endpoint is at',
    source: 'T28',
    lie: (address) => ({ where: serverMetadata, how: members({ token_endpoint: `${address}/token` }) }),
  },
];

/** The endpoints of one server are at the same few places, so few ranges are enough. */
const isChosen = (role: string, range: string): boolean =>
  role === 'pointer' || role === 'server' || ['cloud', 'private-10', 'public'].includes(range);

/** Listens at every address of this machine, and hears whether somebody asks. */
async function listener(stage: Stage): Promise<{ readonly port: number; readonly heard: readonly string[] }> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(String(request.headers.host));
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '::', port: 0, ipv6Only: false }, resolve);
  });
  stage.atEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, heard };
}

const cases: readonly Case[] = roles.flatMap(({ name: role, what, source, lie }) =>
  ranges
    .filter(([range]) => isChosen(role, range))
    .map(([range, host, is]) => ({
      name: `${role}-${range}`,
      title: `${what} http://${host}: ${is}.`,
      wants: 'The client sends nothing there.',
      source: [
        source,
        range === 'public'
          ? 'D07'
          : range === 'decimal' || range === 'octal' || range === 'ipv6-mapped'
            ? 'D03'
            : 'D09',
      ] as [Source, Source],
      why: 'A server could use the client to reach machines that it cannot reach itself, or to send secrets in clear text.',
      needs: 'network' as const,
      play: async (stage: Stage) => {
        const { port, heard } = await listener(stage);
        const { where, how } = lie(`http://${host}:${port}`);
        await stops([{ where, how: typeof how === 'function' ? how : knowing(how.knowing) }], [])(stage);
        stage.must(heard.length === 0, 'The client sent a request there.');
      },
    })),
);

/** Of addresses. */
export const addressesKind: Kind = {
  kind: 'addresses',
  about:
    'Whether the client can be made to send requests to addresses that are neither https nor of this machine.',
  cases,
};
