// Scenarios in words, for those who read what went wrong.
import type { Place } from '../../support/world.ts';
import { type App, EVER_NEW, type Meanwhile, type Scenario, type Step } from './behaviours.ts';

type Who = (by: App) => string;

/** The names of those who ask in a world. */
const namesIn =
  ({ engines }: Scenario): Who =>
  (by) =>
    by >= engines ? 'the embedded chart' : engines === 1 ? 'the app' : `engine ${by + 1}`;

const name = (at: Place): string => (at === 'resource' ? 'the resource' : `server ${at.toUpperCase()}`);
const scopesAsked = (wanted: readonly string[]): string =>
  wanted.length === 0 ? '' : ` for ${wanted.join(' ')}`;

function describeMeanwhile(meanwhile: Meanwhile | null, who: Who): string {
  if (!meanwhile) return '';
  const { request, event } = meanwhile;
  const what = event.do === 'abort' ? 'whoever asked gives it up' : sentence(event, who);
  return `; as request ${request} of it leaves, ${what}`;
}

/** One step as a sentence. */
export const describeStep = (step: Step, scenario: Scenario): string => sentence(step, namesIn(scenario));

function sentence(step: Step, who: Who): string {
  switch (step.do) {
    case 'call':
      return `${who(step.by)} calls ${step.tools.join(' and ')}${describeMeanwhile(step.meanwhile, who)}`;
    case 'logins at once':
      return `${step.by.map(who).join(' and ')} ask${step.by.length === 1 ? 's' : ''} at once to log in${scopesAsked(step.scopes)}${describeMeanwhile(step.meanwhile, who)}`;
    case 'login':
      return `${who(step.by)} asks to log in${scopesAsked(step.scopes)}`;
    case 'logout':
      return `${who(step.by)} logs out`;
    case 'cancel login':
      return `the person cancels the login of ${who(step.by)}`;
    case 'restart':
      return `the process of ${who(step.by)} restarts`;
    case 'die':
      return `the process of ${who(step.by)} is killed, and started again`;
    case 'move':
      return step.to === 'both'
        ? 'the resource names both servers'
        : `the resource moves to ${name(step.to)}`;
    case 'expire':
      return `the access tokens of ${name(step.at)} run out`;
    case 'revoke':
      return `${name(step.at)} revokes all tokens`;
    case 'forget client':
      return `${name(step.at)} forgets who registered`;
    case 'outage':
      return `${name(step.at)} ${step.how}`;
    case 'outage ends':
      return `${name(step.at)} works again`;
    case 'need':
      return `${step.tool} now needs ${step.scope === null ? 'no scope' : step.scope === EVER_NEW ? 'another scope each time' : `the scope ${step.scope}`}`;
    case 'metadata':
      return `the metadata of ${name(step.at)} is now ${step.is}`;
    case 'response':
      return `the authorization responses of ${name(step.at)} are now ${step.is}`;
    case 'forgetting':
      return `${name(step.at)} now shows ${step.shows} that it does not know a client`;
    case 'scopes':
      return `${name(step.at)} ${step.areHeld ? 'now holds clients' : 'does not hold clients any more'} to the scopes of their registration`;
    case 'person':
      return `from now on the person ${step.now}`;
    case 'late answer':
      return 'the person finishes the login that was shown last';
    case 'answer again':
      return 'the browser calls the last callback again';
    case 'grant':
      return `tokens have ${step.all ? 'all scopes asked for' : 'the scope read only'} from now on`;
    case 'rotation':
      return `refresh tokens are ${step.on ? 'replaced' : 'kept'} at renewal from now on`;
    case 'time':
      return `${step.minutes} minutes pass`;
  }
}

/** A scenario, one sentence in a line. */
export function describeScenario(scenario: Scenario): string {
  const { interaction, client, engines, isEmbedded, home, callback, steps } = scenario;
  const who = {
    dynamic: 'registers itself',
    document: 'has a metadata document',
    'by hand': 'is known to A',
  };
  const several = engines > 1 || isEmbedded;
  const beginning = [
    `interaction: ${interaction}; the client ${who[client]}; the resource names server A; edit needs write, purge admin`,
    ...(several
      ? [
          `${engines} ${engines === 1 ? 'engine' : 'engines'}${isEmbedded ? ' and an embedded chart' : ''} on a home that ${home}`,
        ]
      : []),
    `people come back to a ${callback}`,
  ].join('; ');
  return [beginning, ...steps.map((step) => describeStep(step, scenario))]
    .map((line) => `  - ${line}`)
    .join('\n');
}
