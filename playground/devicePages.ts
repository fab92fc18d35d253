// The pages of a device login: a person types the code of the device, and confirms it.
import type { Client, Context } from 'oidc-provider';
import { escapeHtml, page, showPage, term } from './page.ts';

/** The headings of the two pages at the end of a device login. */
export const DEVICE_ALLOWED = 'Go back to your device';
export const DEVICE_DENIED = 'Nothing was allowed';

/** An error about a typed code, as oidc-provider names it. */
interface Mistake {
  readonly name: string;
  readonly message: string;
}

const NO_MISTAKES = ['NoCodeError'];

/**
 * Makes the pages, for `features.deviceFlow` of oidc-provider.
 * @see RFC 8628 §3.3
 */
export function devicePages(server: string): object {
  return {
    userCodeInputSource: async (context: Context, form: string, _out?: object, mistake?: Mistake) => {
      const isDenied = mistake?.name === 'AbortedError';
      showPage(context, isDenied ? endPage(server, DEVICE_DENIED) : codePage(server, form, mistake));
    },
    userCodeConfirmSource: async (
      context: Context,
      form: string,
      client: Client,
      _device: object,
      userCode: string,
    ) => showPage(context, confirmPage(server, form, client.clientName ?? client.clientId, userCode)),
    successSource: async (context: Context) => showPage(context, endPage(server, DEVICE_ALLOWED)),
  };
}

function codePage(server: string, form: string, mistake: Mistake | undefined): string {
  const isShown = mistake !== undefined && !NO_MISTAKES.includes(mistake.name);
  const why = isShown ? `<dl>${term('Not accepted', mistake.message)}</dl>` : '';
  return page(
    'Connect a device',
    `<p class="server">${escapeHtml(server)}</p>
    <h1>Which code does your device show?</h1>
    ${why}
    <form method="post">
      ${hidden('xsrf', xsrfOf(form))}
      <label>Code <input name="user_code" required autofocus autocomplete="off" autocapitalize="characters"></label>
      <button class="allow">Continue</button>
    </form>`,
  );
}

/** RFC 8628 §5.4: the person compares the code, since somebody else may have sent them the link. */
function confirmPage(server: string, form: string, client: string, userCode: string): string {
  return page(
    'Is this your device?',
    `<p class="server">${escapeHtml(server)}</p>
    <h1>Does <strong>${escapeHtml(client)}</strong> show this code on your device?</h1>
    <dl>${term('Code', userCode)}</dl>
    <form method="post">
      ${hidden('xsrf', xsrfOf(form))}
      ${hidden('user_code', userCode)}
      <button name="abort" value="yes">No</button>
      <button class="allow" name="confirm" value="yes">Yes</button>
    </form>`,
  );
}

function endPage(server: string, heading: string): string {
  return page(heading, `<p class="server">${escapeHtml(server)}</p><h1>${escapeHtml(heading)}</h1>`);
}

/** The token against forged requests. It is taken from the form of oidc-provider, which has no label for its field. */
function xsrfOf(form: string): string {
  return /name="xsrf" value="(\w+)"/.exec(form)?.[1] ?? '';
}

function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
}
