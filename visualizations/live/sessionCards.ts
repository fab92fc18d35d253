// The sessions, side by side: the status of each, its scopes, and what each server has of it.
import { serverBadge } from './badges.ts';
import type { LiveChart } from './chart.ts';
import { make, onChange, part } from './dom.ts';
import { placeOf, sessionName } from './names.ts';
import type { Scopes, SessionView, View } from './view.ts';
import { type Binding, bindingsOf, summaryOf } from './words.ts';

/** The cards of all sessions. */
export interface SessionCards {
  /** @param focus The key of the session that the chart shows. */
  show(view: View, focus: string): void;
  /** Updates how long grants are still valid. */
  tick(): void;
}

interface Card {
  readonly element: HTMLElement;
  show(session: SessionView, servers: readonly string[], isFocus: boolean): void;
}

/** Makes the cards. @param choose Called with the session that a person wants to see in the chart. */
export function sessionCards(chart: LiveChart, choose: (key: string) => void): SessionCards {
  const place = part('sessions', HTMLElement);
  const cards = new Map<string, Card>();
  return {
    show({ sessions, servers }, focus) {
      for (const session of sessions) {
        const card = cards.get(session.key) ?? cardOf(chart, session, choose);
        if (!cards.has(session.key)) place.append(card.element);
        cards.set(session.key, card);
        card.show(session, servers, session.key === focus);
      }
      for (const [key, { element }] of cards) {
        if (sessions.some((one) => one.key === key)) continue;
        element.remove();
        cards.delete(key);
      }
    },
    tick() {
      for (const end of place.querySelectorAll('time')) end.textContent = untilThen(Number(end.dateTime));
    },
  };
}

function cardOf(chart: LiveChart, { key, id }: SessionView, choose: (key: string) => void): Card {
  const word = make('span', { class: 'session-status' });
  const button = make(
    'button',
    { type: 'button', title: sessionName(id) },
    make('span', { class: 'name' }, sessionName(id)),
    word,
  );
  const sentence = make('p', { class: 'sentence' });
  const problem = make('p', { class: 'problem' });
  const scopes = make('div', { class: 'scopes' });
  const bindings = make('div', { class: 'bindings' });
  const element = make(
    'article',
    { 'aria-label': `Session ${sessionName(id)}` },
    make('h2', {}, button),
    make(
      'div',
      { class: 'body' },
      make('p', { class: 'resource' }, placeOf(id.resource)),
      sentence,
      problem,
      scopes,
      bindings,
    ),
  );
  element.addEventListener('click', () => choose(key));
  const showScopes = onChange((of: Scopes) => scopes.replaceChildren(...scopeList(of)));
  const showBindings = onChange(([of, servers]: readonly [readonly Binding[], readonly string[]]) =>
    bindings.replaceChildren(bindingTable(of, servers)),
  );
  const showSummary = onChange((now: ReturnType<typeof summaryOf>) => {
    element.setAttribute('data-status', now.status);
    word.textContent = now.word;
    sentence.textContent = now.sentence;
    problem.textContent = now.problem;
  });
  const showFocus = onChange((isFocus: boolean) => {
    element.classList.toggle('focus', isFocus);
    button.setAttribute('aria-pressed', String(isFocus));
  });
  let last: SessionView | undefined;
  return {
    element,
    show(session, servers, isFocus) {
      showFocus(isFocus);
      if (session === last) return;
      last = session;
      showSummary(summaryOf(chart, servers, session));
      showScopes(session.scopes);
      showBindings([bindingsOf(session, servers), servers]);
    },
  };
}

function scopeList({ granted, added, asked }: Scopes): readonly Node[] {
  const items = [
    ...granted.map((scope) =>
      added.includes(scope)
        ? make(
            'li',
            { class: 'scope added', title: 'New in the last grant' },
            `${scope} `,
            make('small', {}, 'new'),
          )
        : make('li', { class: 'scope' }, scope),
    ),
    ...asked.map((scope) =>
      make(
        'li',
        { class: 'scope asked', title: 'Requested, not granted' },
        `${scope} `,
        make('small', {}, 'requested'),
      ),
    ),
  ];
  const none =
    items.length === 0 ? [make('li', { class: 'none' }, 'none yet: a login asks for them.')] : items;
  return [make('h3', {}, 'Scopes'), make('ul', {}, ...none)];
}

function bindingTable(bindings: readonly Binding[], servers: readonly string[]): HTMLElement {
  const heads = ['Server', 'Client', 'Grant', 'Use'].map((text) => make('th', { scope: 'col' }, text));
  const rows = bindings.map(({ issuer, use, why, row }) =>
    make(
      'tr',
      { class: use.replace(' ', '-') },
      make('th', { scope: 'row' }, serverBadge(servers, issuer)),
      make('td', {}, row ? clientWords[row.kind] : '–'),
      make('td', {}, ...(row?.grant ? grantWords(row.grant) : ['none'])),
      make('td', { class: 'use', title: why }, use),
    ),
  );
  const empty = make(
    'tr',
    {},
    make(
      'td',
      { colspan: '4', class: 'none' },
      'Nothing is stored yet. After a login there is one row for each server: the client and the grant there.',
    ),
  );
  return make(
    'table',
    {},
    make('caption', {}, 'What is stored for each server'),
    make('thead', {}, make('tr', {}, ...heads)),
    make('tbody', {}, ...(rows.length > 0 ? rows : [empty])),
  );
}

const clientWords = {
  'pre-registered': 'registered by hand',
  'metadata-document': 'metadata document',
  dynamic: 'registered dynamically',
} as const;

function grantWords({ granted, expiresAt, renewable }: NonNullable<NonNullable<Binding['row']>['grant']>) {
  const count = make(
    'span',
    { title: granted.join(' ') },
    `${granted.length} ${granted.length === 1 ? 'scope' : 'scopes'}`,
  );
  const end =
    expiresAt === undefined
      ? []
      : [', ', make('time', { datetime: String(expiresAt) }, untilThen(expiresAt))];
  return [
    count,
    ...end,
    ...(renewable ? [make('span', { title: 'Can be renewed without a person' }, ' ↻')] : []),
  ];
}

/** How long it is until then. @param then In epoch milliseconds. */
function untilThen(then: number): string {
  const seconds = Math.ceil((then - Date.now()) / 1_000);
  if (seconds <= 0) return 'expired';
  const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, '0')];
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)} h`;
}
