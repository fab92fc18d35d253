// Consent: a browser gets a page that asks for it, and any other client gets it at once.
import type { Context, Interaction, Provider } from 'oidc-provider';
import { consentPage } from './consentPage.ts';
import { showPage } from './page.ts';
import { RESOURCE_SCOPES, SERVER_SCOPES } from './scopes.ts';

/** The only account. */
export const ACCOUNT = 'ada';

const INTERACTION = /^\/interaction\/([\w-]+)(?:\/(allow|deny))?$/;

/** The path of an interaction. oidc-provider redirects the user agent there. */
export function interactionPath(uid: string): string {
  return `/interaction/${uid}`;
}

/** Whether the user agent can show a page: a browser accepts HTML, an agent accepts any type. */
export function wantsPage(context: Context): boolean {
  return context.get('accept').includes('text/html');
}

/**
 * Adds consent to a server. There is no separate login, since there is only one account.
 * @param deniesNext Called once for each consent without a browser. True denies it.
 */
export function addConsent(provider: Provider, server: string, deniesNext: () => boolean): void {
  provider.use(async (context, next) => {
    const [matched, uid, decision] = INTERACTION.exec(context.path) ?? [];
    if (matched === undefined) return next();
    const interaction = await findInteraction(provider, context, uid);
    if (interaction === undefined) {
      context.status = 400;
      context.body = 'This request has expired.';
    } else if (context.method === 'POST' && decision !== undefined) {
      await settle(provider, context, interaction, decision === 'allow');
    } else if (context.method !== 'GET' || decision !== undefined) {
      context.status = 405;
    } else if (wantsPage(context)) {
      await askPerson(provider, context, interaction, server);
    } else {
      await settle(provider, context, interaction, !deniesNext());
    }
  });
}

/** The interaction of the user agent's cookie, if it is the same as the one in the path. */
async function findInteraction(provider: Provider, context: Context, uid: string | undefined) {
  const interaction = await provider.interactionDetails(context.req, context.res).catch(() => undefined);
  return interaction?.uid === uid ? interaction : undefined;
}

async function settle(provider: Provider, context: Context, interaction: Interaction, allowed: boolean) {
  const result = allowed
    ? { login: { accountId: ACCOUNT }, consent: { grantId: await saveGrant(provider, interaction) } }
    : { error: 'access_denied', error_description: 'The person said no' };
  const returnTo = await provider.interactionResult(context.req, context.res, result, {
    mergeWithLastSubmission: false,
  });
  context.redirect(returnTo);
  context.status = 303;
}

/** Makes a new grant for each consent, with the requested scopes. */
async function saveGrant(provider: Provider, interaction: Interaction): Promise<string> {
  const grant = new provider.Grant({ accountId: ACCOUNT, clientId: text(interaction.params['client_id']) });
  const asked = askedScopes(interaction);
  const ofServer = asked.filter((scope) => scope in SERVER_SCOPES);
  const ofResource = asked.filter((scope) => scope in RESOURCE_SCOPES);
  if (ofServer.length > 0) grant.addOIDCScope(ofServer);
  if (ofResource.length > 0) grant.addResourceScope(text(interaction.params['resource']), ofResource);
  return grant.save();
}

async function askPerson(provider: Provider, context: Context, interaction: Interaction, server: string) {
  const clientId = text(interaction.params['client_id']);
  const client = await provider.Client.find(clientId);
  const here = interactionPath(interaction.uid);
  const meanings = { ...SERVER_SCOPES, ...RESOURCE_SCOPES };
  const redirectUri = text(interaction.params['redirect_uri']);
  const html = consentPage({
    server,
    client: client?.clientName ?? clientId,
    clientId,
    resource: text(interaction.params['resource']),
    scopes: askedScopes(interaction).flatMap((scope) => {
      const meaning = meanings[scope];
      return meaning === undefined ? [] : [[scope, meaning] as const];
    }),
    returnsTo: redirectUri === '' ? undefined : new URL(redirectUri).host,
    allowAction: `${here}/allow`,
    denyAction: `${here}/deny`,
  });
  showPage(context, html);
}

function askedScopes(interaction: Interaction): string[] {
  return text(interaction.params['scope']).split(' ');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
