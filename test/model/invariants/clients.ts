// Whose client id a login uses: the one that is known, else the host's document, else a new one (REG-1, REG-5).
import type { GrantStrategy, Registration, ServerMetadata } from '../../../contract/facts.ts';
import { begunBy, failureIn, type Invariant } from '../invariant.ts';
import type { Source } from '../stimuli/stimulus.ts';
import type { Edge } from '../walk.ts';

/** What is known of clients at a server, and how the host is set up. */
export interface Means {
  readonly strategy: GrantStrategy;
  readonly registration: Registration | null;
  readonly metadataDocument: string | null;
  readonly mayRegister: boolean;
}

/** The first thing to do for a login, and the client id where it is known already. */
interface Way {
  readonly phase: 'authorizing' | 'registering';
  readonly first: Source;
  readonly clientId: string | undefined;
}

/** What a login of each kind begins with. */
const firstOf: Readonly<Record<GrantStrategy, Source>> = {
  code: 'findLogin',
  device: 'requestDeviceCode',
  direct: 'requestDirectGrant',
};

/** The way to a login; nothing where there is none. */
export function wayTo(server: ServerMetadata, means: Means): Way | undefined {
  const { strategy, registration } = means;
  const document = server.acceptsMetadataDocuments ? means.metadataDocument : null;
  const clientId = registration?.clientId ?? document ?? undefined;
  const isKnown = clientId !== undefined;
  // Who speaks for itself is made known by hand.
  if (!isKnown && (strategy === 'direct' || !means.mayRegister || !server.registrationEndpoint))
    return undefined;
  // By a code, it is looked first whether a login is under way; the client comes after it.
  if (strategy === 'code')
    return { phase: 'authorizing', first: firstOf[strategy], clientId: registration?.clientId };
  if (isKnown) return { phase: 'authorizing', first: firstOf[strategy], clientId };
  return { phase: 'registering', first: 'registerClient', clientId };
}

/** The way after a client was lost in the middle of a login: nothing is under way then but this login. */
function wayAfterLoss(edge: Edge, server: ServerMetadata, means: Means): Way | undefined {
  const way = wayTo(server, means);
  if (!way || means.strategy !== 'code') return way;
  const document = server.acceptsMetadataDocuments ? means.metadataDocument : null;
  if (document !== null) return { ...way, clientId: document };
  // A redirect URI that is held is registered again.
  const isHeld = edge.from.context.redirectUri !== null;
  return { ...way, phase: 'registering', first: isHeld ? 'registerClient' : 'reserveRedirect' };
}

/** Says what is wrong with a step that should have begun a login in this way. */
export function objectionTo(edge: Edge, { phase, first, clientId }: Way): string | undefined {
  const begun = begunBy(edge).join();
  if (begun !== first || !edge.to.matches(phase))
    return `${begun} in ${JSON.stringify(edge.to.value)}, not ${first} in ${phase}`;
  const { registration, server } = edge.to.context;
  if (registration?.clientId !== clientId) return `${registration?.clientId} is used, not ${clientId}`;
  const isOfServer = !registration || registration.issuer === server?.issuer;
  return isOfServer ? undefined : 'a client of another server is used';
}

/** Those to whom a server may say that it does not know the client. */
const asClient: readonly Source[] = [
  'requestDeviceCode',
  'pushAuthorization',
  'validateResponse',
  'exchangeCode',
  'refreshGrant',
];

const isAsClient = ({ stimulus: { report } }: Edge): boolean =>
  report !== undefined && asClient.includes(report.source);

/** The means that are left when a client is forgotten that was registered, the first time, where there is another. */
export function meansWithoutLost(edge: Edge): Means | undefined {
  const failed = failureIn(edge);
  const { registration, binding, server, budget } = edge.from.context;
  if (failed?.recovery !== 'reregister' || !isAsClient(edge)) return undefined;
  if ((registration ?? binding)?.kind !== 'dynamic' || budget.registrations > 0) return undefined;
  const means = { ...meansIn(edge), registration: null };
  return server && wayTo(server, means) ? means : undefined;
}

/** What the last bind-check said of clients. */
export function meansIn({ from: { context } }: Edge): Means {
  const { strategy, registration, ways } = context;
  return { strategy, registration, metadataDocument: ways.metadataDocument, mayRegister: ways.dynamic };
}

export const lostClient: Invariant = {
  holds:
    'a registered client that its server has forgotten is replaced, once, where another can be had; its id is not used again',
  spec: ['REG-5', 'BIND-4', 'REG-1'],
  violated(edge) {
    const failed = failureIn(edge);
    if (!failed || !isAsClient(edge)) return undefined;
    const [before, after] = [edge.from.context, edge.to.context];
    const spent = after.budget.registrations - before.budget.registrations;
    const means = meansWithoutLost(edge);
    if (!means) return spent === 0 ? undefined : 'a client is given up in vain';
    if (spent !== 1) return `a new client costs ${spent}`;
    const forgotten = before.registration?.clientId ?? before.grant?.clientId ?? null;
    if (after.refusedClient !== forgotten) return `${after.refusedClient} was refused, not ${forgotten}`;
    if (after.registration?.clientId === forgotten) return 'the client that was forgotten is kept';
    // Whether a login follows a renewal is another question.
    const way =
      edge.stimulus.report?.source === 'refreshGrant' || !before.server
        ? undefined
        : wayAfterLoss(edge, before.server, means);
    return way && objectionTo(edge, way);
  },
};
