// The buttons of the live page: for what a client does, and for changes at the servers.
import type { LiveButton } from '../../adapters/live/livePage.ts';
import type { Playground } from '../playground.ts';
import type { WatchedClient } from './client.ts';

/** Makes the buttons. @param isDeniable Whether the playground gives consent itself, and so can also deny it. */
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
    label: 'Deny next consent',
    hint: 'The next time that a client asks for consent, the person denies it. Nothing happens before that.',
    of: 'world',
    run: async () => {
      world.denyNextConsent();
      return 'The next consent will be denied.';
    },
  };
  return [
    ...clientButtons(clients),
    ofWorld(
      clients,
      'move',
      'Move the resource',
      'The resource changes to the other authorization server.',
      move,
      ['good'],
    ),
    ofWorld(clients, 'expire', 'Expire access tokens', 'All access tokens so far stop working.', () => {
      world.expireAccessTokens();
      return 'All access tokens have expired.';
    }),
    ofWorld(
      clients,
      'revoke',
      'Revoke all grants',
      'All access tokens and refresh tokens so far stop working.',
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
  ['write_note', 'Write a note', 'Calls a tool that needs the scope notes:write, which needs a step-up.'],
  ['delete_note', 'Delete a note', 'Calls a tool that needs the scope notes:admin, which needs a step-up.'],
] as const;

function clientButtons(clients: readonly WatchedClient[]): readonly LiveButton[] {
  const ofClient = (
    id: string,
    label: string,
    hint: string,
    act: (client: WatchedClient) => Promise<string | undefined>,
    nextIn: LiveButton['nextIn'] = [],
  ): LiveButton => ({
    id,
    label,
    hint,
    of: 'session',
    nextIn,
    run: async (session) => {
      const client = clients.find((one) => one.label === session?.label);
      return client ? act(client) : 'Choose a client first.';
    },
  });
  return [
    ofClient(
      'login',
      'Log in',
      'Finds the authorization server, and asks the person for consent.',
      async ({ label, session }) => {
        await session.login();
        return `${label}: logged in.`;
      },
      ['idle', 'failed', 'refused'],
    ),
    ...TOOLS.map(([tool, label, hint]) =>
      ofClient(
        tool,
        label,
        hint,
        async (client) => `${client.label}: ${await client.call(tool)}`,
        tool === 'write_note' ? ['good'] : [],
      ),
    ),
    ofClient('logout', 'Log out', 'Revokes the tokens, and deletes them.', async ({ label, session }) => {
      await session.logout();
      return `${label}: logged out.`;
    }),
    ofClient(
      'restart',
      'Restart',
      'The client ends, and starts again with the same store.',
      async (client) => {
        await client.restart();
        return `${client.label}: started again.`;
      },
    ),
  ];
}

/** A button that changes the servers. Clients notice the change at their next call, so all that are logged in call. */
function ofWorld(
  clients: readonly WatchedClient[],
  id: string,
  label: string,
  hint: string,
  change: () => string,
  nextIn: LiveButton['nextIn'] = [],
): LiveButton {
  return {
    id,
    label,
    hint: `${hint} Then every client that is logged in calls the resource.`,
    of: 'world',
    nextIn,
    run: async () => {
      const said = change();
      for (const client of clients) if (client.session.snapshot.hasTag('canSend')) void callOnce(client);
      return said;
    },
  };
}

/** The outcome is visible in the chart, so errors are ignored. */
async function callOnce(client: WatchedClient): Promise<void> {
  await client.call('read_note').catch(() => {});
}
