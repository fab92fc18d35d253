// What a person does next: a sentence, and the buttons for it. It depends on how the session stands, and on nothing else.
import type { LiveStatus } from '../../contract/live.ts';
import type { ChartFacts } from '../../contract/trace.ts';
import type { Action } from './messages.ts';

/** What to do next. */
export interface Next {
  readonly sentence: string;
  /** Empty when nothing can be pressed. */
  readonly actions: readonly Action[];
}

const NO_SESSION = 'No session yet: the program that you started shows one here when it asks for a resource.';

/** By status: with a button to press, and without one. */
const sentences: Readonly<Record<LiveStatus, readonly [withButton: string, without: string]>> = {
  idle: [
    'Nobody is logged in. Start here:',
    'Nobody is logged in. The program that you started decides when to log in.',
  ],
  busy: ['', 'The client is working. Wait, and watch the chart and the requests.'],
  person: [
    'Decide at the page of the authorization server, in the browser or at the address that the command shows. Or end it here:',
    'Decide at the page of the authorization server, in the browser or at the address that the command shows.',
  ],
  good: ['Somebody is logged in. Go on:', 'Somebody is logged in. The next request carries the token.'],
  refused: ['', ''],
  failed: ['', ''],
};

/** After a failure, by what helps. */
const recoveries: Readonly<Record<string, string>> = {
  'retry-later': 'Wait a little, then try again',
  reauthorize: 'Log in again',
  'ask-user': 'Log in again, and allow it',
  reregister: 'Log in again; the client registers anew',
  'fix-config': 'Change what the message says, then try again',
};
const NO_RECOVERY = 'Trying again does not help before the server is mended. The message says what is wrong.';
const REFUSED = 'The last request was refused, as the card of the session says. The login is kept. ';

/** What to do next. @param status How the session stands; nothing when there is no session. */
export function nextOf(
  status: LiveStatus | undefined,
  facts: Partial<ChartFacts>,
  actions: readonly Action[],
): Next {
  if (status === undefined) return { sentence: NO_SESSION, actions: [] };
  const suggested = actions.filter(({ nextIn = [] }) => nextIn.includes(status));
  if (status === 'refused' || status === 'failed') {
    // It is still being sorted out.
    if (!facts.failure) return { sentence: sentences.busy[1], actions: [] };
    const helps = recoveries[facts.failure.recovery];
    if (helps === undefined) return { sentence: NO_RECOVERY, actions: [] };
    return { sentence: `${helps}${suggested.length > 0 ? ':' : '.'}`, actions: suggested };
  }
  const [withButton, without] = sentences[status];
  const sentence = suggested.length > 0 ? withButton : without;
  const refused = status === 'good' && facts.refusal ? REFUSED : '';
  return { sentence: `${refused}${sentence}`, actions: suggested };
}
