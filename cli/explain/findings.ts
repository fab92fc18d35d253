// What a trial of a login has found, in plain words: one finding for each step, until the one that is in the way.
import { type Failure, failure } from '../../contract/errors.ts';
import { scopesToRequest } from '../../machines/requests.ts';
import { isOutage } from '../../protocol/outage.ts';
import { placeOf, shown } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';
import type { FirstAnswer } from '../askResource.ts';
import { factOf } from '../failures.ts';
import type { SessionFlags } from '../options.ts';
import { kindNames } from '../words.ts';
import type { Trial } from './trial.ts';

/** One step of a login. */
export interface Finding {
  /** What it is about. */
  readonly about: string;
  /** Whether it is as it has to be. */
  readonly good: boolean;
  readonly text: string;
}

/** What was found, and what is in the way of a login. */
export interface Found {
  readonly findings: readonly Finding[];
  /** The resource answers without a token, and names nobody who issues any. */
  readonly isOpen: boolean;
  /** Absent where nothing is in the way. */
  readonly problem?: Failure;
}

/** Nothing is at this address that would be a resource, or it is for people; and no metadata say otherwise. */
function isNoResource({ answer, context }: Trial): boolean {
  return answer !== undefined && !context.resourceMetadata && looksLikeNone(answer);
}

/** Whether an answer is none of a resource: nothing is there, or a page for people. Metadata may say otherwise. */
export const looksLikeNone = ({ status, mediaType }: FirstAnswer): boolean =>
  status === 404 || status === 410 || (status < 300 && mediaType === 'text/html');

/** Puts what a trial has found into words. */
export function findingsOf(trial: Trial, flags: Pick<SessionFlags, 'grant'>): Found {
  const { answer } = trial;
  const isOpen = trial.failure?.code === 'resource_metadata_absent' && isData(answer);
  if (isOpen) return { findings: [resourceFinding(trial, true)], isOpen };
  const problem = problemOf(trial, flags);
  const steps = [
    resourceFinding(trial, !isFirst(problem, answer) && !isNoResource(trial)),
    metadataFinding(trial),
    serverFinding(trial),
    clientFinding(trial),
    grantFinding(trial, flags),
  ];
  const last = steps.findIndex(({ good }) => !good);
  const findings = last < 0 ? steps : steps.slice(0, last + 1);
  return { findings, isOpen, ...(problem && { problem }) };
}

const isData = (answer: FirstAnswer | undefined): boolean =>
  answer !== undefined && answer.status >= 200 && answer.status < 300 && answer.mediaType !== 'text/html';

/** What ends at the resource itself: nothing else could be looked at. */
function isFirst(problem: Failure | undefined, answer: FirstAnswer | undefined): boolean {
  if (!problem) return false;
  return (
    answer === undefined ||
    isOutage(answer.status) ||
    (problem.code === 'redirect_refused' && isRedirect(answer))
  );
}

export const isRedirect = ({ status }: FirstAnswer): boolean => status >= 300 && status < 400;

function problemOf(trial: Trial, { grant }: Pick<SessionFlags, 'grant'>): Failure | undefined {
  const { answer, context } = trial;
  const { resource } = context.session;
  if (trial.failure) return trial.failure;
  if (answer && isOutage(answer.status)) {
    const { status } = answer;
    const message = `${placeOf(resource)} is not available now (${status}); try again later.`;
    return failure('server_unavailable', 'requesting', message, { status });
  }
  if (grant === 'device' && context.server?.deviceAuthorizationEndpoint === undefined) {
    const message = `${context.server?.issuer} does not offer logins on another device; leave out --grant device.`;
    return failure('grant_impossible', 'authorizing', message);
  }
  return undefined;
}

function resourceFinding({ answer, context, failure: problem }: Trial, good: boolean): Finding {
  const text = answer
    ? answerText(answer, context.challenge?.resourceMetadata !== undefined)
    : problem && factOf(problem);
  return { about: 'The resource', good, text: text ?? 'did not answer' };
}

/** How a resource answered, as the end of a sentence about it. @param pointsOn whether it says where its metadata is. */
export function answerText({ status, mediaType, location }: FirstAnswer, pointsOn: boolean): string {
  if (status === 401) return `asks for a login (401)${pointsOn ? ', and says where its metadata is' : ''}`;
  if (status < 300)
    return mediaType === 'text/html'
      ? `answers with a web page (${status}), and does not ask for a login`
      : `lets you in without a login (${status})`;
  if (status < 400) {
    const place = location === undefined ? undefined : urlOf(location)?.origin;
    return `sends you elsewhere (${status})${place === undefined ? '' : `, to ${shown(place)}`}`;
  }
  if (status === 404 || status === 410) return `has nothing at this address (${status})`;
  if (status === 403) return 'refuses (403), and does not say that a login would help';
  if (isOutage(status)) return `is not available now (${status})`;
  return `answers ${status}, and does not ask for a login`;
}

function metadataFinding({ context: { resourceMetadata }, failure: problem }: Trial): Finding {
  if (!resourceMetadata)
    return { about: 'Its metadata', good: false, text: problem ? factOf(problem) : 'none' };
  const names = shown(resourceMetadata.authorizationServers.join(' and '), 1000);
  const text = resourceMetadata.legacy
    ? 'none, so it counts as its own authorization server (--legacy-discovery)'
    : `${shown(resourceMetadata.url)} names ${names}`;
  return { about: 'Its metadata', good: true, text };
}

function serverFinding({ context, failure: problem }: Trial): Finding {
  const { server, passedOver } = context;
  const others = passedOver.map(({ issuer, code }) => `${shown(issuer)} cannot be used (${code})`);
  if (!server) {
    const facts = problem ? [factOf(problem)] : [];
    return { about: 'The server', good: false, text: [...facts, ...others].join('; ') };
  }
  const pkce =
    server.pkce === 'S256' ? 'supports PKCE' : 'does not say that it supports PKCE, which you allow';
  return { about: 'The server', good: true, text: [`${shown(server.issuer)} ${pkce}`, ...others].join('; ') };
}

function clientFinding({ context, failure: problem }: Trial): Finding {
  const about = 'The client';
  if (problem) return { about, good: false, text: factOf(problem) };
  const { registration, server } = context;
  if (registration)
    return { about, good: true, text: `${shown(registration.clientId)}, ${kindNames[registration.kind]}` };
  if (server?.registrationEndpoint === undefined)
    return { about, good: true, text: 'needs no registration there' };
  return { about, good: true, text: 'can be registered there: the first login does that' };
}

function grantFinding({ context }: Trial, { grant }: Pick<SessionFlags, 'grant'>): Finding {
  const about = 'The login';
  if (grant === 'device' && context.server?.deviceAuthorizationEndpoint === undefined)
    return { about, good: false, text: 'cannot be made on another device there' };
  const scopes = scopesToRequest(context);
  const asked = scopes.length === 0 ? 'no named scope' : `the scopes ${shown(scopes.join(' '), 1000)}`;
  return { about, good: true, text: `would ask for ${asked}` };
}
