// Plays the person who connects a device: opens the pages as a browser does, with cookies, and presses their buttons.
import { CookieJar } from 'tough-cookie';
import { DEVICE_ALLOWED, DEVICE_DENIED } from './devicePages.ts';

export type Decision = 'allow' | 'deny';

/** The user agent of the person's browser, to tell these requests from a client's. */
const PERSON_USER_AGENT = 'playground-person';

interface Page {
  readonly url: string;
  readonly html: string;
}

/**
 * Types the code, confirms it, and allows or denies what the device asks for.
 * @param verificationUri where the pages begin.
 * @throws Error when the pages do not lead to that end: a code that is unknown, expired or used.
 * @see RFC 8628 §3.3
 */
export async function decideDevice(
  verificationUri: string,
  userCode: string,
  decision: Decision,
): Promise<void> {
  const browse = browser();
  const start = await browse(verificationUri);
  const typed = await browse(verificationUri, { xsrf: xsrfIn(start), user_code: userCode });
  const asked = await browse(verificationUri, { xsrf: xsrfIn(typed), user_code: userCode, confirm: 'yes' });
  const action = new RegExp(`formaction="([^"]+/${decision})"`).exec(asked.html)?.[1];
  if (action === undefined) throw new Error('the user code was not accepted');
  const end = await browse(new URL(action, asked.url).href, {});
  const expected = decision === 'allow' ? DEVICE_ALLOWED : DEVICE_DENIED;
  if (!end.html.includes(`<h1>${expected}</h1>`)) throw new Error('the device login did not end as decided');
}

/** One browser: GET without a form, POST with one; redirects are followed. */
function browser() {
  const jar = new CookieJar();
  return async (url: string, form?: Readonly<Record<string, string>>): Promise<Page> => {
    let at = url;
    let response = await visit(jar, at, form);
    let location = response.headers.get('location');
    while (location !== null) {
      await response.body?.cancel();
      at = new URL(location, at).href;
      response = await visit(jar, at);
      location = response.headers.get('location');
    }
    return { url: at, html: await response.text() };
  };
}

async function visit(
  jar: CookieJar,
  url: string,
  form?: Readonly<Record<string, string>>,
): Promise<Response> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      'user-agent': PERSON_USER_AGENT,
      cookie: await jar.getCookieString(url),
    },
    ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
  });
  for (const line of response.headers.getSetCookie()) await jar.setCookie(line, url);
  return response;
}

function xsrfIn({ html }: Page): string {
  return /name="xsrf" value="(\w+)"/.exec(html)?.[1] ?? '';
}
