// Shows the chart at work on a page of this machine, with buttons for what a person can do. Ends with Ctrl-C.
import { type LiveButton, startLivePage } from '../../adapters/live/livePage.ts';
import type { Session } from '../../engine/sessionSurface.ts';
import { readDrawing } from '../../visualizations/generated.ts';
import { askResource } from '../askResource.ts';
import type { ExitCode } from '../failures.ts';
import type { SessionFlags } from '../options.ts';
import type { Host } from '../perform.ts';
import { withSession } from '../withSession.ts';

/**
 * A button is what asks for a login: so a challenge may open a browser.
 * @param port any that is free unless told.
 * @throws AuthError `config_invalid` when the port is taken.
 */
export async function watch(
  host: Host,
  resource: string,
  flags: SessionFlags,
  port?: number,
): Promise<ExitCode> {
  let watched: Session | undefined;
  const page = await startLivePage({
    html: await readDrawing('live.html'),
    buttons: buttonsFor(() => watched, flags.scope),
    holdings: async () => (await watched?.holdings()) ?? [],
    ...(port !== undefined && { port }),
  });
  try {
    return await withSession({ ...host, onTrace: page.tell }, resource, flags, 'auto', (session) => {
      watched = session;
      // It is looked at, so it is not put to rest.
      session.subscribe(() => {});
      host.printer.result({ url: page.url }, invitation(page.url));
      return new Promise<never>(() => {});
    });
  } finally {
    await page.close();
  }
}

const invitation = (url: string): string =>
  `Open this in a browser on this machine; what follows the # lets it in:\n\n  ${url}\n\nCtrl-C ends it.`;

function buttonsFor(
  session: () => Session | undefined,
  scopes: readonly string[] = [],
): readonly LiveButton[] {
  const button = (
    id: string,
    label: string,
    hint: string,
    act: (session: Session) => Promise<void>,
  ): LiveButton => ({
    id,
    label,
    hint,
    of: 'session',
    run: async () => {
      const one = session();
      if (one) await act(one);
      return undefined;
    },
  });
  return [
    button('login', 'Log in', 'Finds the server that is responsible, and asks the person.', (one) =>
      one.login({ scopes }),
    ),
    button('call', 'Call the resource', 'Sends a request, and logs in where it is challenged.', askResource),
    button('retry', 'Try again', 'After a failure, or a refusal.', (one) => one.retry()),
    button('cancel', 'Cancel', 'Ends a login that waits for its person.', (one) => one.cancel()),
    button('logout', 'Log out', 'Revokes what was issued, and forgets it.', (one) => one.logout()),
  ];
}
