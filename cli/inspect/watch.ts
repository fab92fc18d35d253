// Shows the running chart on a page of this machine, with buttons for what a person can do. Ends with Ctrl-C.
import { type LiveButton, startLivePage } from '../../adapters/live/livePage.ts';
import type { Session } from '../../engine/sessionSurface.ts';
import { readDrawing } from '../../visualizations/generated.ts';
import { askResource } from '../askResource.ts';
import type { ExitCode } from '../failures.ts';
import type { SessionFlags } from '../options.ts';
import type { Host } from '../perform.ts';
import { withSession } from '../withSession.ts';

/**
 * Serves the page until the command is interrupted. A challenge may open a browser: the person pressed a button.
 * @param port The port to listen at. Default: any that is free.
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
      // A session that somebody subscribes to is not stopped when it is idle.
      session.subscribe(() => {});
      host.printer.result({ url: page.url }, invitation(page.url));
      return new Promise<never>(() => {});
    });
  } finally {
    await page.close();
  }
}

const invitation = (url: string): string =>
  `Open this URL in a browser on this machine. Keep the part after the # to yourself: it opens the page.\n\n  ${url}\n\nCtrl-C ends the page.`;

function buttonsFor(
  session: () => Session | undefined,
  scopes: readonly string[] = [],
): readonly LiveButton[] {
  const button = (
    id: string,
    label: string,
    hint: string,
    nextIn: NonNullable<LiveButton['nextIn']>,
    act: (session: Session) => Promise<void>,
  ): LiveButton => ({
    id,
    label,
    hint,
    of: 'session',
    nextIn,
    run: async () => {
      const one = session();
      if (one) await act(one);
      return undefined;
    },
  });
  return [
    button(
      'login',
      'Log in',
      'Finds the authorization server, and sends you to its login page.',
      ['idle'],
      (one) => one.login({ scopes }),
    ),
    button(
      'call',
      'Call the resource',
      'Sends a request, and logs in if the resource asks for it.',
      ['good'],
      async (one) => void (await askResource(one)),
    ),
    button('retry', 'Try again', 'Starts again after a failure or a refusal.', ['failed', 'refused'], (one) =>
      one.retry(),
    ),
    button('cancel', 'Cancel', 'Ends a login that waits for you.', ['person'], (one) => one.cancel()),
    button('logout', 'Log out', 'Revokes the tokens, and deletes them.', [], (one) => one.logout()),
  ];
}
