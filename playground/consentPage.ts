// The pages of an authorization server: the consent page, and the error page.
import { escapeHtml, page, term } from './page.ts';

/** What the consent page shows. */
export interface ConsentRequest {
  readonly server: string;
  readonly client: string;
  /** The client id. It is shown when it is a URL. */
  readonly clientId: string;
  readonly resource: string;
  /** The scopes, each with its meaning. */
  readonly scopes: readonly (readonly [name: string, meaning: string])[];
  /** The host and port of the redirect URI. A device has none. */
  readonly returnsTo: string | undefined;
  readonly allowAction: string;
  readonly denyAction: string;
}

/** The page with Allow and Deny. Every value is escaped, since the client chooses its own name. */
export function consentPage(request: ConsentRequest): string {
  const scopes = request.scopes.map(
    ([name, meaning]) => `<li><span>${escapeHtml(meaning)}</span> <code>${escapeHtml(name)}</code></li>`,
  );
  const byUrl = request.clientId.startsWith('https:') ? term('Client', request.clientId) : '';
  const returns = request.returnsTo === undefined ? '' : term('Returns to', request.returnsTo);
  return page(
    `Allow ${request.client}?`,
    `<p class="server">${escapeHtml(request.server)}</p>
    <h1>Allow <strong>${escapeHtml(request.client)}</strong> to use your notes?</h1>
    <ul aria-label="Requested scopes">${scopes.join('')}</ul>
    <dl>${byUrl}${term('Resource', request.resource)}${returns}</dl>
    <form method="post">
      <button formaction="${escapeHtml(request.denyAction)}">Deny</button>
      <button class="allow" formaction="${escapeHtml(request.allowAction)}">Allow</button>
    </form>`,
  );
}

/** The page for a request that cannot be answered with a redirect. */
export function errorPage(server: string, error: string, description: string): string {
  return page(
    'This request cannot continue',
    `<p class="server">${escapeHtml(server)}</p>
    <h1>This request cannot continue</h1>
    <dl>${term('Why', description)}${term('Code', error)}</dl>`,
  );
}
