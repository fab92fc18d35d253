// Chapter 2: a grant that grows when tools need more.
import { authorizationRequests, grants, ofClient, scopesOf } from '../evidence.ts';
import { type Chapter, recorded, type Stage, tell } from '../stage.ts';

export const stepUp: Chapter = {
  title: 'Step-up: scopes accumulate',
  why: 'What a tool needs shows only when it is called. Clients that then ask for the missing scope alone lose those that they had, and send people back and forth between two tools; here a set of scopes only ever grows.',

  async play(stage) {
    const { world, narrator } = stage;
    narrator.fact('granted', granted(stage).join('  '));
    const seen = await recorded(stage, async () => {
      await callAndShow(stage, 'delete_note');
      await callAndShow(stage, 'write_note');
    });
    const again = await recorded(stage, () => tell(stage, stage.client, 'read_note'));
    const asked = authorizationRequests(world.exchanges).map(scopesOf);
    narrator.claim(
      'Each login asked for all scopes of the one before, and for one more.',
      asked.length === 3 && asked.every((scopes, round) => isOneMore(scopes, asked[round - 1])),
      `${asked.map((scopes) => scopes.length).join(', then ')} scopes`,
    );
    narrator.claim(
      'One login for each new scope, none for the old ones, and no second registration.',
      grants('authorization_code', seen).length === 2 &&
        granted(stage).length === 3 &&
        ofClient(again).length === 1 &&
        world.a.registrations === 1,
    );
  },
};

function granted({ client }: Stage): readonly string[] {
  return client.session.explain().grant?.granted ?? [];
}

async function callAndShow(stage: Stage, tool: string): Promise<void> {
  const before = granted(stage);
  await tell(stage, stage.client, tool);
  const now = granted(stage).map((scope) => (before.includes(scope) ? scope : `+ ${scope}`));
  stage.narrator.fact('granted', now.join('  '));
}

function isOneMore(scopes: readonly string[], before: readonly string[] | undefined): boolean {
  if (!before) return true;
  return scopes.length === before.length + 1 && before.every((scope) => scopes.includes(scope));
}
