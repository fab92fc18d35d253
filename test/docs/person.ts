// A person at a browser, scripted: follows redirects with cookies, gives consent, and ends at a page.
import { CookieJar } from 'tough-cookie';

/** Where the browser has ended. */
export interface Ended {
  readonly url: string;
  /** 0 where the address is none that a browser loads: an app has it. */
  readonly status: number;
  readonly text: string;
}

/** Opens a page, and goes where it leads. */
export async function browse(url: string): Promise<Ended> {
  const cookies = new CookieJar();
  let at = url;
  for (let hops = 0; hops < 20; hops += 1) {
    if (!/^https?:/.test(at)) return { url: at, status: 0, text: '' };
    const headers = { cookie: await cookies.getCookieString(at), accept: '*/*' };
    const answer = await fetch(at, { redirect: 'manual', headers });
    for (const line of answer.headers.getSetCookie())
      await cookies.setCookie(line, at, { ignoreError: true });
    const location = answer.headers.get('location');
    if (location === null) return { url: at, status: answer.status, text: await answer.text() };
    await answer.body?.cancel();
    at = new URL(location, at).href;
  }
  throw new Error('too many redirects');
}
