// Plays one row: a world whose server answers as the row says, an engine with the options of the row, a call, and perhaps a renewal.
import { headlessUserAgent } from '../../../adapters/node.ts';
import type { EngineOptions } from '../../../index.ts';
import { callTool, everythingTold, testEngine } from '../../support/engine.ts';
import { type Answer, startWorld, type World } from '../../support/world.ts';
import { at, type QuirkyServer } from './quirk.ts';

/** What came of it. */
export interface Played {
  /** Of the call; 0: the login was refused. */
  readonly status: number;
  /** Of the call after the token has run out. */
  readonly renewed: number;
  readonly code: string | undefined;
  readonly message: string;
  readonly pages: number;
  readonly registrations: number;
  /** Everything that the session told. */
  readonly told: string;
  readonly secrets: readonly string[];
}

/** @param isSet false: without what the row sets. */
export async function play(row: QuirkyServer, isSet: boolean): Promise<Played> {
  const world = await startWorld();
  try {
    arrange(world, row);
    const test = testEngine(world.resource, optionsOf(row, world, isSet));
    const { session } = test;
    let response = await callTool(session, 'any');
    // A new token that is refused is the server's word on this call; the next call looks whether another one helps.
    for (let calls = 1; response.status === 401 && !session.explain().failure && calls < 3; calls += 1)
      response = await callTool(session, 'any');
    const renewed =
      row.renews && response.status === 200 ? await renew(world, () => callTool(session, 'any')) : 0;
    const { failure } = session.explain();
    const played = {
      status: failure ? 0 : response.status,
      renewed,
      code: failure?.code,
      message: failure?.message ?? '',
      pages: world.received.filter(({ path, query }) => /authorize/.test(path) && query.has('client_id'))
        .length,
      registrations: world.exchanges.filter(isRegistration).length,
      told: everythingTold(test),
      secrets: [...world.accessTokens.keys(), ...world.refreshTokens.keys(), ...world.codes.keys()],
    };
    await test.engine.dispose();
    return played;
  } finally {
    await world.close();
  }
}

/** A client was registered. */
const isRegistration = ({ request, answer }: World['exchanges'][number]): boolean =>
  request.path === '/register' && answer.status === 201;

async function renew(world: World, call: () => Promise<Response>): Promise<number> {
  world.expireAccessTokens();
  return (await call()).status;
}

/** Makes the world one in which the server of this row answers. */
export function arrange(world: World, { server = {}, resource = {}, answers = {} }: QuirkyServer): void {
  merge(world.documents.a, at(server, world));
  merge(world.documents.resource, at(resource, world));
  for (const [line, answer] of Object.entries(answers))
    world.script(line as 'a GET /', (one) =>
      at(typeof answer === 'function' ? answer(one, world) : (answer as Answer), world),
    );
}

function merge(document: Record<string, unknown>, more: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(more)) {
    if (value === null) delete document[name];
    else document[name] = value;
  }
}

/** Where a person would be needed, the headless user agent is there; a row may give another one. */
function optionsOf({ options = {} }: QuirkyServer, world: World, isSet: boolean): Partial<EngineOptions> {
  const { policy, ...others } = isSet ? at(options, world) : {};
  return {
    userAgent: headlessUserAgent(),
    ...others,
    policy: { interaction: 'auto', ...policy },
  };
}
