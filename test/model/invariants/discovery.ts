// How discovery goes: challenge, resource metadata, choice of server, server metadata, and then the bind-check (DISC-1).
import { isDeepStrictEqual } from 'node:util';
import { begunBy, failureIn, type Invariant, outputIn, startedBy, toldIn } from '../invariant.ts';
import type { Source } from '../stimuli/stimulus.ts';
import type { Edge } from '../walk.ts';

/** Those who discover. */
const actors = ['probeResource', 'fetchResourceMetadata', 'chooseServer', 'fetchServerMetadata'] as const;

export const challengeFirst: Invariant = {
  holds: 'discovery starts from the challenge that is known; the resource is asked for one only when none is',
  spec: ['DISC-2', 'DISC-12'],
  violated(edge) {
    const { challenge } = edge.to.context;
    for (const { source, input } of startedBy(edge)) {
      if (source === 'probeResource' && challenge) return 'the resource is asked for what it has said';
      if (source !== 'fetchResourceMetadata') continue;
      if (input['challenge'] !== challenge) return 'another challenge is followed than the one that is known';
      if (challenge === null) return 'metadata are looked for without a challenge';
    }
    return undefined;
  },
};

export const discoverySteps: Invariant = {
  holds:
    'each step of discovery leads to the next one, with what it found: the metadata that the challenge points to, a server that they list, the metadata of that very server, and what is bound to it',
  spec: ['DISC-1', 'DISC-3', 'DISC-5', 'DISC-8', 'BIND-3'],
  violated(edge) {
    const probed = outputIn(edge, 'probeResource');
    if (probed) return next(edge, 'fetchResourceMetadata', { challenge: probed.challenge });
    const described = outputIn(edge, 'fetchResourceMetadata');
    if (described && edge.from.matches('discovering')) {
      const listed = described.resourceMetadata.authorizationServers;
      return next(edge, 'chooseServer', { listed, passedOver: [] });
    }
    const chosen = outputIn(edge, 'chooseServer');
    if (chosen) {
      const { issuer } = chosen;
      return issuer === null ? noneLeft(edge) : next(edge, 'fetchServerMetadata', { issuer });
    }
    const found = outputIn(edge, 'fetchServerMetadata');
    return found && next(edge, 'recallBinding', { server: found.server });
  },
};

export const passingOver: Invariant = {
  holds:
    'one of several servers is passed over when it is absent, or out of reach and not the one that is bound; any other failure ends the flow',
  spec: ['DISC-5', 'DISC-11', 'DISC-8'],
  violated(edge) {
    const failed = actors.map((source) => failureIn(edge, source)).find(Boolean);
    if (!failed || !edge.from.matches('discovering')) return undefined;
    const { candidate, resourceMetadata, passedOver } = edge.from.context;
    const isOneOfSeveral =
      edge.stimulus.report?.source === 'fetchServerMetadata' &&
      (resourceMetadata?.authorizationServers.length ?? 0) > 1;
    const isAbsent = failed.code === 'server_metadata_absent';
    const isAway = failed.recovery === 'retry-later' && !candidate?.isBound;
    if (!isOneOfSeveral || !(isAbsent || isAway))
      return begunBy(edge).length > 0 ? `the flow goes on after ${failed.code}` : undefined;
    const passed = [...passedOver, { issuer: candidate?.issuer, code: failed.code }];
    if (!isDeepStrictEqual(edge.to.context.passedOver, passed)) return 'nobody notes who was passed over';
    return next(edge, 'chooseServer', { passedOver: passed.map(({ issuer }) => issuer) });
  },
};

export const lookedAtAnew: Invariant = {
  holds: 'nobody is led to a server of which it could not be found out whether it is still responsible',
  spec: ['DISC-8', 'DISC-11', 'DISC-12'],
  violated(edge) {
    // None of those that are listed was left.
    if (outputIn(edge, 'chooseServer')?.issuer === null && edge.to.context.server)
      return 'a server is still trusted that was passed over';
    const isOver =
      edge.from.matches('discovering') &&
      !edge.to.hasTag('busy') &&
      actors.some((source) => failureIn(edge, source));
    return isOver && edge.to.context.server
      ? 'a server is still trusted that could not be looked at'
      : undefined;
  },
};

/** That nothing else was set to work, and this with the facts that it is for. */
function next(edge: Edge, source: Source, facts: Readonly<Record<string, unknown>>): string | undefined {
  const [first, ...others] = startedBy(edge);
  if (first?.source !== source || others.length > 0) return `${source} is due, not ${begunBy(edge).join()}`;
  const wrong = Object.keys(facts).find((name) => !isDeepStrictEqual(first.input[name], facts[name]));
  return wrong && `${source} was given another ${wrong}`;
}

/** Worth another try later, unless each of them was said to be absent. */
function noneLeft(edge: Edge): string | undefined {
  const { passedOver } = edge.from.context;
  const codes = passedOver.map(({ code }) => code);
  const isAway = codes.some(
    (code) => code !== 'server_metadata_absent' && code !== 'registration_impossible',
  );
  const isClosed = codes.includes('registration_impossible');
  const due = isAway ? 'server_unavailable' : isClosed ? 'registration_impossible' : 'server_metadata_absent';
  if (begunBy(edge).length > 0) return 'the flow goes on without a server';
  return toldIn(edge.to) === due ? undefined : `${due} was told as ${toldIn(edge.to)}`;
}
