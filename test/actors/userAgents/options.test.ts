// Every option of every user agent is judged when the user agent is made: a table of values that are refused and of others.
import { describe, expect, it } from 'vitest';
import { headlessShape } from '../../../actors/userAgents/headless.ts';
import { type HostOptions, hostShape } from '../../../actors/userAgents/host.ts';
import { loopbackShape } from '../../../actors/userAgents/loopback.ts';
import { pasteShape } from '../../../actors/userAgents/paste.ts';
import { popupShape } from '../../../actors/userAgents/popup.ts';
import { redirectShape } from '../../../actors/userAgents/redirect.ts';
import {
  type PopupOptions,
  popupUserAgent,
  type RedirectOptions,
  redirectUserAgent,
} from '../../../adapters/browser.ts';
import {
  type HeadlessOptions,
  headlessUserAgent,
  type LoopbackOptions,
  loopbackUserAgent,
  type PasteOptions,
  pasteUserAgent,
} from '../../../adapters/node.ts';
import { hostUserAgent, type UserAgent } from '../../../index.ts';
import type { Shape } from '../../../protocol/options.ts';

interface Row {
  readonly bad: readonly unknown[];
  readonly good: readonly unknown[];
}
type Rows<Options> = { readonly [Name in keyof Required<Options>]: Row };

interface Kind {
  readonly name: string;
  readonly make: (options: never) => UserAgent;
  readonly shape: Readonly<Record<string, unknown>>;
  readonly needed: object;
  readonly rows: Readonly<Record<string, Row>>;
}

/** @param needed what the user agent cannot be made without. */
const kind = <Options extends object>(
  make: (options: Options) => UserAgent,
  shape: Shape<Options>,
  needed: object,
  rows: Rows<Options>,
): Kind => ({ name: make.name, make, shape, needed, rows });

const nothing = async () => {};
const callback: Row = { bad: ['hush-hush', null, {}, 5, true], good: [nothing] };
const redirectUri: Row = {
  bad: [
    '',
    '/callback',
    'http://app.example/callback',
    'https://app.example/callback#here',
    'https://app.example/callback#',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'app:/callback',
    null,
    5,
    new URL('https://app.example/callback'),
  ],
  good: ['https://app.example/callback?x=1', 'http://127.0.0.1:8080/callback', 'com.example.app:/callback'],
};
const size: Row = { bad: [0, -1, Number.NaN, Infinity, '480', '480,noopener', null], good: [1, 480.5] };
const at = 'https://app.example/callback';

const kinds: readonly Kind[] = [
  kind<HostOptions>(
    hostUserAgent,
    hostShape,
    { redirectUri: at, present: nothing },
    { redirectUri: { ...redirectUri, bad: [...redirectUri.bad, undefined] }, present: callback },
  ),
  kind<RedirectOptions>(
    redirectUserAgent,
    redirectShape,
    { redirectUri: at },
    { redirectUri: { ...redirectUri, bad: [...redirectUri.bad, undefined] } },
  ),
  kind<PopupOptions>(
    popupUserAgent,
    popupShape,
    { redirectUri: at },
    {
      redirectUri: { ...redirectUri, bad: [...redirectUri.bad, undefined] },
      width: size,
      height: size,
      waitingText: { bad: [5, null, {}, nothing], good: ['', 'Einen Augenblick …'] },
    },
  ),
  kind<PasteOptions>(
    pasteUserAgent,
    pasteShape,
    { show: nothing, ask: nothing },
    { show: callback, ask: callback, redirectUri },
  ),
  kind<HeadlessOptions>(
    headlessUserAgent,
    headlessShape,
    {},
    {
      redirectUri,
      fetch: callback,
      maxHops: { bad: [-1, 1.5, Number.NaN, Infinity, '20', null], good: [0, 20] },
    },
  ),
  kind<LoopbackOptions>(
    loopbackUserAgent,
    loopbackShape,
    {},
    {
      open: callback,
      show: callback,
      host: { bad: ['localhost', '0.0.0.0', '[::1]', '', null, 5], good: ['127.0.0.1', '::1'] },
      path: { bad: ['', 'callback', '/done', '/a?b', '/a#b', '//a', '/a b', null, 5], good: ['/', '/a/b'] },
      port: { bad: [0, 80, -1, 65_536, 1.5, Number.NaN, '8080', null], good: [1, 8080, 65_535] },
    },
  ),
];

const refused = (about: string) =>
  expect.objectContaining({
    code: 'config_invalid',
    phase: 'configuring',
    message: expect.stringMatching(new RegExp(`^${about}\\b[^\\n]*\\.$`)),
  });

const cases = (of: keyof Row) =>
  kinds.flatMap(({ name, make, needed, rows }) =>
    Object.entries(rows).flatMap(([option, row]) =>
      row[of].map((value) => ({
        what: `${option} of ${name}`,
        option,
        value,
        give: () => make({ ...needed, [option]: value } as never),
      })),
    ),
  );

describe('options of user agents', () => {
  it.each(kinds)('HOST-2: have a row each: $name', ({ shape, rows }) => {
    expect(Object.keys(rows).sort()).toEqual(Object.keys(shape).sort());
    for (const { bad, good } of Object.values(rows)) {
      expect(bad.length).toBeGreaterThanOrEqual(2);
      expect(good.length).toBeGreaterThanOrEqual(1);
    }
  });

  it.each(cases('bad'))('HOST-2, P07: $what is not $value', ({ option, give }) => {
    expect(give).toThrow(refused(option));
    expect(give).not.toThrow(/hush-hush/);
  });

  it.each(cases('good'))('HOST-2: $what may be $value', ({ give }) => {
    expect(give).not.toThrow();
  });

  it.each(kinds)('HOST-2: a name that is none is refused: $name', ({ make, needed }) => {
    expect(() => make({ ...needed, redirect_uri: at } as never)).toThrow(
      refused('redirect_uri is not an option'),
    );
    for (const none of [null, 'hush-hush', [], 5])
      expect(() => make(none as never)).toThrow(refused('What is given as options'));
  });
});
