// A scripted person: opens the page that the app shows, and says yes. A real app shows the page to a real one.
import { headlessUserAgent } from '../../adapters/node.ts';

/** Visits the page, gives consent, and lets the browser go back to the app. */
export async function visit(url: string): Promise<void> {
  const { searchParams, origin } = new URL(url);
  const request = {
    session: { resource: '', subject: '', label: '' },
    url,
    redirectUri: searchParams.get('redirect_uri') ?? '',
    state: searchParams.get('state') ?? '',
    issuer: origin,
    signal: AbortSignal.timeout(30_000),
  };
  const browser = headlessUserAgent({ redirectUri: request.redirectUri });
  await browser.present(request);
  await fetch(await browser.receive(request));
}
