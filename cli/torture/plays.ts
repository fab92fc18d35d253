// Plays that many cases share: a lie is told, and the client still works, or stops before it does harm.
import type { Misbehaviour, Where } from '../../adapters/testing/misbehaviour.ts';
import type { Case } from './case.ts';
import type { RunOptions, Stage } from './stage.ts';

/** A lie that has to know the addresses of the world. */
export const knowing = (make: (stage: Stage) => Misbehaviour): { readonly knowing: typeof make } => ({
  knowing: make,
});

type How = Misbehaviour | ReturnType<typeof knowing>;

/** A lie of one place. */
export interface Lie {
  readonly where: Where;
  readonly how: How;
  readonly times?: number;
}

function tell(stage: Stage, lies: readonly Lie[]): void {
  for (const { where, how, times } of lies)
    stage.lie(
      where,
      typeof how === 'function' ? how : how.knowing(stage),
      times === undefined ? {} : { times },
    );
}

/** The client uses the tool in spite of the lies, and does nothing that a correct client does not do. */
export function works(
  lies: readonly Lie[] = [],
  then: (stage: Stage) => void | Promise<void> = () => {},
): Case['play'] {
  return async (stage) => {
    tell(stage, lies);
    const { code } = await stage.run();
    stage.must(stage.usedTool(), 'The client did not get to use the tool.');
    stage.must(code === 0, `The client used the tool, and ended with the code ${code}.`);
    await then(stage);
  };
}

/** The client stops: nothing of what is named is asked after the lie. */
export function stops(
  lies: readonly Lie[],
  before: readonly Where[],
  then: (stage: Stage) => void | Promise<void> = () => {},
  options: RunOptions = {},
): Case['play'] {
  return async (stage) => {
    tell(stage, lies);
    await stage.run(options);
    for (const where of before) {
      const [first] = stage.sent(where);
      stage.must(first === undefined, `The client went on: it sent a request to ${namedPlace(where)}.`);
    }
    await then(stage);
  };
}

/** The client ends by itself, whatever it makes of the lies. */
export function ends(
  lies: readonly Lie[],
  then: (stage: Stage) => void | Promise<void> = () => {},
  options: RunOptions = {},
): Case['play'] {
  return stops(lies, [], then, options);
}

const words: Readonly<Record<string, string>> = {
  registration: 'the registration endpoint',
  authorization: 'the authorization endpoint',
  token: 'the token endpoint',
  'server-metadata': 'the metadata of an authorization server',
  'resource-metadata': 'the metadata of the resource',
  call: 'the resource',
};

/** What stands at the places of a world. */
const places: Readonly<Record<string, string>> = {
  resource: 'the resource itself',
  other: 'the other origin',
};

function namedPlace({ to, step }: Where): string {
  if (step === undefined) return places[to ?? ''] ?? `server ${to}`;
  return `${words[step] ?? 'a server'}${to === undefined ? '' : ` of ${to}`}`;
}

/** So many requests at most. */
export function atMost(stage: Stage, most: number, where: Where, what: string): void {
  const { length } = stage.sent(where);
  stage.must(length <= most, `${capital(what)}: ${length}. A correct client makes ${most} at most.`);
}

/** Requests to a token endpoint of one type of grant. */
export const grantOf = (type: string): Where => ({
  step: 'token',
  when: ({ raw }) => new URLSearchParams(raw.body).get('grant_type') === type,
});

/** With a capital letter at its beginning. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
