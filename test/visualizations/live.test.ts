// The live page: what it knows after each message, and the words in which it says so.
import { beforeAll, describe, expect, it } from 'vitest';
import { readDrawing } from '../../visualizations/generated.ts';
import { type LiveChart, servingOf } from '../../visualizations/live/chart.ts';
import { type Message, readMessage } from '../../visualizations/live/messages.ts';
import { inWords, serverName, serverOf, sessionName } from '../../visualizations/live/names.ts';
import { nextOf } from '../../visualizations/live/next.ts';
import {
  afterMessage,
  emptyView,
  KEPT,
  type SessionView,
  type View,
} from '../../visualizations/live/view.ts';
import { bindingsOf, summaryOf } from '../../visualizations/live/words.ts';

const session = { resource: 'https://resource.example/mcp', subject: '', label: 'one' };
const [a, b] = ['https://a.example', 'https://b.example'];
const kind = 'dynamic' as const;

type Step = Extract<Message, { kind: 'step' }>;

function step(facts: Partial<Step['facts']>, more: Partial<Step> = {}): Step {
  const budget = { authorizations: 0, renewals: 0, registrations: 0, pauses: 0 };
  return {
    kind: 'step',
    at: 1,
    session,
    event: 'start',
    arrows: [],
    states: [],
    entered: [],
    spec: [],
    facts: { budget, ...facts },
    ...more,
  };
}

const grantOf = (issuer: string, granted: string[], requested = granted) => ({
  issuer,
  granted,
  requested,
  renewable: true,
  isRefused: false,
});

const viewAfter = (...messages: readonly Message[]): View => messages.reduce(afterMessage, emptyView);

function only(view: View): SessionView {
  const [one] = view.sessions;
  if (!one) throw new Error('There is no session.');
  return one;
}

const atA = { server: a, bound: { issuer: a, kind } };
const loggedInAtA = step({ ...atA, grant: grantOf(a, ['read']) }, { states: ['authorized.renewal.fresh'] });
const movedToB = step({ server: b, bound: { issuer: a, kind } }, { states: ['bindChecking.recalling'] });

let chart: LiveChart;
let html: string;
beforeAll(async () => {
  html = await readDrawing('live.html');
  chart = JSON.parse(/<script id="known"[^>]*>(.*?)<\/script>/s.exec(html)?.[1] ?? '');
});

describe('the file', () => {
  it('is complete, and loads nothing', () => {
    expect(html).not.toMatch(/<(?:script|img|iframe|link)[^>]+(?:src|href)=|@import|url\(/);
    expect(html.match(/<svg/g)).toHaveLength(2 + Object.keys(chart.states).filter(isPhase).length);
    expect(html.match(/<script/g)).toHaveLength(2);
  });
});

const isPhase = (path: string): boolean => !path.includes('.');

describe('a message', () => {
  it('is read as the server sent it, and anything else is ignored', () => {
    const rows = [{ issuer: a, isCurrent: true, kind, scopes: ['read'] }];
    for (const message of [loggedInAtA, { kind: 'holdings', session, rows }]) {
      expect(readMessage(JSON.stringify(message))).toEqual(message);
    }
    for (const line of ['', 'x', '[]', '{"kind":"said"}', '{"kind":"holdings","session":{},"rows":[]}']) {
      expect(readMessage(line)).toBeUndefined();
    }
  });
});

describe('sessions', () => {
  it('BIND-12: are kept apart by resource, subject and label', () => {
    const other = { ...session, subject: 'two' };
    const view = viewAfter(loggedInAtA, { ...movedToB, session: other }, loggedInAtA);
    expect(view.sessions.map(({ id, steps }) => [id.subject, steps.length])).toEqual([
      ['', 2],
      ['two', 1],
    ]);
  });

  it('P10: keep the newest lines of a run without end, numbered on', () => {
    const view = viewAfter(...Array.from({ length: KEPT + 5 }, () => loggedInAtA));
    const { steps } = only(view);
    expect([steps.length, steps[0]?.number, steps.at(-1)?.number]).toEqual([KEPT, 6, KEPT + 5]);
  });

  it('leave the view that was shown as it was', () => {
    const before = viewAfter(loggedInAtA);
    const text = JSON.stringify(before);
    afterMessage(before, movedToB);
    expect(JSON.stringify(before)).toBe(text);
  });
});

describe('scopes', () => {
  const scopesAfter = (...messages: readonly Message[]) => only(viewAfter(...messages)).scopes;

  it('STEP-1: grow, and those that are new in the last grant are marked', () => {
    const more = step({ ...atA, grant: grantOf(a, ['read', 'write']) });
    expect(scopesAfter(loggedInAtA)).toEqual({ granted: ['read'], added: [], asked: [] });
    expect(scopesAfter(loggedInAtA, more, more)).toMatchObject({
      granted: ['read', 'write'],
      added: ['write'],
    });
  });

  it('that were requested and not granted are kept apart from granted ones', () => {
    const partly = step({ ...atA, grant: grantOf(a, ['read'], ['read', 'admin']), stepUp: ['write'] });
    expect(scopesAfter(partly).asked).toEqual(['admin', 'write']);
  });
});

describe('a move', () => {
  const sentenceAfter = (...messages: readonly Message[]): string => {
    const view = viewAfter(...messages);
    return summaryOf(chart, view.servers, only(view)).sentence;
  };
  const moved = 'The resource moved from server A (a.example) to server B (b.example).';

  it('BIND-2: is shown in words as soon as it is noticed', () => {
    expect(sentenceAfter(loggedInAtA)).toBe('Logged in at server A (a.example), with 1 scope.');
    expect(sentenceAfter(loggedInAtA, movedToB)).toContain(`${moved} Nothing that A issued is sent to B.`);
  });

  it('BIND-4: says so when the client has registered at the other server', () => {
    const registered = step(
      { server: b, client: { issuer: b, kind } },
      { states: ['authorizing.preparing'] },
    );
    expect(sentenceAfter(loggedInAtA, movedToB, registered)).toContain('The client has registered at B.');
  });

  it('BIND-6: that is refused has the message of the error', () => {
    const failure = {
      code: 'bound_elsewhere',
      phase: 'bindChecking',
      recovery: 'none',
      message: 'Not there.',
    };
    const view = viewAfter(loggedInAtA, movedToB, step({ server: b, failure }, { states: ['rejected'] }));
    expect(summaryOf(chart, view.servers, only(view))).toEqual({
      status: 'refused',
      word: 'refused',
      sentence: `${moved} Nothing that A issued is sent to B. The login was refused, for safety.`,
      problem: 'Not there.',
    });
  });

  it('BIND-11: is shown after the session is bound to the new server, and not after a move back or a logout', () => {
    const atB = { server: b, bound: { issuer: b, kind } };
    const arrived = step({ ...atB, grant: grantOf(b, ['read']) }, { states: ['authorized.renewal.fresh'] });
    expect(sentenceAfter(loggedInAtA, movedToB, arrived)).toContain(
      `${moved} Nothing that A issued was sent to B`,
    );
    expect(only(viewAfter(loggedInAtA, movedToB, arrived, step({ ...atB, server: a }))).move).toEqual({
      from: b,
      to: a,
    });
    expect(only(viewAfter(loggedInAtA, movedToB, loggedInAtA)).move).toBeUndefined();
    const logout = step(atB, { entered: ['signingOut.revoking'] });
    expect(only(viewAfter(loggedInAtA, movedToB, arrived, logout, step({}))).move).toBeUndefined();
  });

  it('BIND-1: shows what is stored for each server, and a named server without anything', () => {
    const rows = [{ issuer: a, isCurrent: true, kind, scopes: ['read'] }];
    const uses = (...messages: readonly Message[]) => {
      const view = viewAfter(...messages);
      return bindingsOf(only(view), view.servers).map(({ issuer, use }) => [issuer, use]);
    };
    const held: Message = { kind: 'holdings', session, rows };
    expect(uses(loggedInAtA, held)).toEqual([[a, 'in use']]);
    expect(uses(loggedInAtA, held, movedToB)).toEqual([
      [b, 'named now'],
      [a, 'not used'],
    ]);
  });
});

describe('names', () => {
  it('of servers are letters, in the order in which the servers were first named', () => {
    const { servers } = viewAfter(loggedInAtA, movedToB);
    expect(servers).toEqual([a, b]);
    expect([inWords(servers, b), serverName(servers, a).letter]).toEqual(['B (b.example)', 'A']);
  });

  it('of two issuers at one origin are kept apart by their paths', () => {
    const tenants = ['https://id.example/one', 'https://id.example/two'];
    for (const path of ['two/token', 'two', '.well-known/oauth-authorization-server/two']) {
      expect(serverOf(tenants, `https://id.example/${path}`)).toBe(tenants[1]);
    }
    expect(serverOf(tenants, 'https://id.example/one/token')).toBe(tenants[0]);
    expect(serverOf(tenants, 'https://other.example/token')).toBeUndefined();
  });

  it('of sessions are their subject and label, else their resource', () => {
    expect(sessionName({ ...session, subject: 'ada' })).toBe('ada · one');
    expect(sessionName({ ...session, label: '' })).toBe('resource.example/mcp');
  });
});

describe('a requirement', () => {
  it('BIND-6: is served by the states that list it, and by the arrows that can break it', () => {
    const { states, arrows } = servingOf(chart, 'BIND-6');
    expect(states).toEqual(['bindChecking.deciding', 'rejected']);
    expect(arrows).toContain('bindChecking.deciding, at once [1: isBoundElsewhere] -> rejected');
    expect(
      arrows.every((id) => /^(bindChecking|failed)\..*-> (rejected|bindChecking\.deciding)$/.test(id)),
    ).toBe(true);
  });
});

describe('what to do next', () => {
  const of = 'session' as const;
  const button = (id: string, ...nextIn: ('idle' | 'good' | 'failed')[]) => ({
    id,
    label: id,
    hint: '',
    of,
    nextIn,
  });
  const actions = [
    button('login', 'idle', 'failed'),
    button('call', 'good'),
    { id: 'x', label: 'x', hint: '', of },
  ];
  const failing = (recovery: string) => ({
    failure: { code: 'unreachable', phase: 'discovering', recovery, message: 'No.' },
  });

  it('depends on how the session stands: the buttons for it, in their order, and a sentence that asks for them', () => {
    expect(nextOf('idle', {}, actions)).toEqual({
      sentence: 'Nobody is logged in. Start here:',
      actions: [actions[0]],
    });
    expect(nextOf('good', {}, actions).actions).toEqual([actions[1]]);
    expect(nextOf('busy', {}, actions).actions).toEqual([]);
  });

  it('asks for no button where there is none, and says who acts then', () => {
    const statuses = [undefined, 'idle', 'busy', 'person', 'good', 'failed', 'refused'] as const;
    for (const status of statuses) {
      const { sentence, actions: none } = nextOf(status, failing('retry-later'), []);
      expect([none, sentence]).toEqual([[], expect.stringMatching(/[a-z]\.$/)]);
    }
  });

  it('after a failure is what its recovery says; where none helps there is no button', () => {
    const recoveries = ['retry-later', 'reauthorize', 'reregister', 'fix-config', 'ask-user'];
    const sentences = recoveries.map((recovery) => nextOf('failed', failing(recovery), actions));
    expect(new Set(sentences.map(({ sentence }) => sentence)).size).toBe(recoveries.length);
    for (const { sentence, actions: one } of sentences)
      expect([sentence.at(-1), one.length]).toEqual([':', 1]);
    expect(nextOf('failed', failing('none'), actions)).toEqual({
      sentence: expect.stringContaining('does not help'),
      actions: [],
    });
  });
});
