// Acts as the person who connects a device: opens the pages as a browser does, with cookies, and presses their buttons.
import { CookieJar } from 'tough-cookie';
import { DEVICE_ALLOWED, DEVICE_DENIED } from './devicePages.ts';

/** The decision of the person. */
export type Decision = 'allow' | 'deny';

/** The `User-Agent` of these requests, which are not those of a client. */
const PERSON_USER_AGENT = 'playground-person';

interface Page {
  readonly url: string;
  readonly html: string;
}

/**
 * Types the code, confirms it, and allows or denies the request of the device.
 * @param verificationUri The first page.
 * @throws Error when the last page is not the expected one: the code is unknown, expired or used.
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

/** Makes a browser. It sends GET without a form and POST with one, and follows redirects. */
function browser() {
  const cookies = new CookieJar();
  return async (url: string, form?: Readonly<Record<string, string>>): Promise<Page> => {
    let at = url;
    let response = await visit(cookies, at, form);
    let location = response.headers.get('location');
    while (location !== null) {
      await response.body?.cancel();
      at = new URL(location, at).href;
      response = await visit(cookies, at);
      location = response.headers.get('location');
    }
    return { url: at, html: await response.text() };
  };
}

async function visit(
  cookies: CookieJar,
  url: string,
  form?: Readonly<Record<string, string>>,
): Promise<Response> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      'user-agent': PERSON_USER_AGENT,
      cookie: await cookies.getCookieString(url),
    },
    ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
  });
  for (const line of response.headers.getSetCookie()) await cookies.setCookie(line, url);
  return response;
}

function xsrfIn({ html }: Page): string {
  return /name="xsrf" value="(\w+)"/.exec(html)?.[1] ?? '';
}
