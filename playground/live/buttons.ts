// The buttons of the live page: what a client does, and what is done to the world around it.
import type { LiveButton } from '../../adapters/live/livePage.ts';
import type { Playground } from '../playground.ts';
import type { WatchedClient } from './client.ts';

/** @param isDeniable whether consent is given by the playground itself, which can be told to say no. */
export function buttonsFor(
  world: Playground,
  clients: readonly WatchedClient[],
  isDeniable: boolean,
): readonly LiveButton[] {
  let current = world.a;
  const move = (): string => {
    current = current === world.a ? world.b : world.a;
    world.moveTo(current === world.a ? 'a' : 'b');
    return `The resource names ${new URL(current.issuer).host} now.`;
  };
  const deny: LiveButton = {
    id: 'deny',
    label: 'Next person says no',
    hint: 'The next time that a client asks for something, the person refuses. Nothing happens before.',
    of: 'world',
    run: async () => {
      world.denyNextConsent();
      return 'The next person will say no.';
    },
  };
  return [
    ...clientButtons(clients),
    ofWorld(
      clients,
      'move',
      'Move the resource',
      'It leaves its authorization server for the other one.',
      move,
    ),
    ofWorld(
      clients,
      'expire',
      'Expire access tokens',
      'No access token issued so far works any more.',
      () => {
        world.expireAccessTokens();
        return 'All access tokens have run out.';
      },
    ),
    ofWorld(
      clients,
      'revoke',
      'Revoke all grants',
      'Neither access tokens nor refresh tokens work any more.',
      () => {
        world.revokeGrants();
        return 'Both servers have revoked all grants.';
      },
    ),
    ...(isDeniable ? [deny] : []),
  ];
}

const TOOLS = [
  ['read_note', 'Read a note', 'Calls a tool that needs the scope notes:read.'],
  ['write_note', 'Write a note', 'Calls a tool that needs the scope notes:write, which has to be asked for.'],
  [
    'delete_note',
    'Delete a note',
    'Calls a tool that needs the scope notes:admin, which has to be asked for.',
  ],
] as const;

function clientButtons(clients: readonly WatchedClient[]): readonly LiveButton[] {
  const ofClient = (
    id: string,
    label: string,
    hint: string,
    act: (client: WatchedClient) => Promise<string | undefined>,
  ): LiveButton => ({
    id,
    label,
    hint,
    of: 'session',
    run: async (session) => {
      const client = clients.find((one) => one.label === session?.label);
      return client ? act(client) : 'Choose a client first.';
    },
  });
  return [
    ofClient(
      'login',
      'Log in',
      'Finds the server that is responsible, and asks the person.',
      async ({ label, session }) => {
        await session.login();
        return `${label}: logged in.`;
      },
    ),
    ...TOOLS.map(([tool, label, hint]) =>
      ofClient(tool, label, hint, async (client) => `${client.label}: ${await client.call(tool)}`),
    ),
    ofClient('logout', 'Log out', 'Revokes what was issued, and forgets it.', async ({ label, session }) => {
      await session.logout();
      return `${label}: logged out.`;
    }),
    ofClient(
      'restart',
      'Restart',
      'The client ends, and starts again with what it has stored.',
      async (client) => {
        await client.restart();
        return `${client.label}: started again.`;
      },
    ),
  ];
}

/** What changes in the world is noticed with the next call: so whoever is logged in calls. */
function ofWorld(
  clients: readonly WatchedClient[],
  id: string,
  label: string,
  hint: string,
  change: () => string,
): LiveButton {
  return {
    id,
    label,
    hint: `${hint} Then every client that is logged in calls the resource.`,
    of: 'world',
    run: async () => {
      const said = change();
      for (const client of clients) if (client.session.snapshot.hasTag('canSend')) void noticing(client);
      return said;
    },
  };
}

/** What comes of it is seen in the chart. */
async function noticing(client: WatchedClient): Promise<void> {
  await client.call('read_note').catch(() => {});
}
