// The window for a login: what it says before it shows a server, and when it is closed.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type PopupOptions, type PopupUserAgent, popupUserAgent } from '../../../actors/userAgents/popup.ts';
import { failureOf } from './scriptedServer.ts';

const redirectUri = 'https://app.example/callback';
const page = 'https://as.example/authorize';
const never = new AbortController().signal;

/** A window as scripts see it, and what was done with it. */
function scriptedWindow() {
  const events = new EventTarget();
  const scripted = {
    opener: 'the page' as string | null,
    closed: false,
    document: {
      title: '',
      documentElement: { style: {} as Record<string, string> },
      body: { style: {} as Record<string, string>, textContent: '' },
    },
    visited: [] as string[],
    location: { replace: (url: string) => void scripted.visited.push(url) },
    focused: 0,
    focus: () => {
      scripted.focused += 1;
    },
    close: () => {
      scripted.closed = true;
    },
    addEventListener: events.addEventListener.bind(events),
    /** The browser loads about:blank again, and the document is a new one. */
    load(): void {
      scripted.document.body.textContent = '';
      events.dispatchEvent(new Event('load'));
    },
  };
  return scripted;
}

let windows: ReturnType<typeof scriptedWindow>[] = [];
let opened: string[][] = [];
let isBlocked = false;

beforeEach(() => {
  [windows, opened, isBlocked] = [[], [], false];
  vi.stubGlobal('window', {
    open: (...args: string[]) => {
      opened.push(args);
      if (isBlocked) return null;
      const scripted = scriptedWindow();
      windows.push(scripted);
      return scripted;
    },
  });
});
afterEach(() => void vi.unstubAllGlobals());

const makeAgent = (options: Partial<PopupOptions> = {}): PopupUserAgent =>
  popupUserAgent({ redirectUri, ...options });
const lead = (agent: PopupUserAgent): Promise<void> =>
  agent.present({
    session: { resource: 'https://resource.example/mcp', subject: '', label: '' },
    url: page,
    redirectUri,
    state: 'right',
    issuer: 'https://as.example',
    signal: never,
  });
const textOf = (index = 0): string | undefined => windows[index]?.document.body.textContent;

test('AUTHZ-10: opens one window of the given size, which cannot reach the page, and leads it', async () => {
  const agent = makeAgent({ width: 300, height: 400 });
  agent.open();
  expect(windows[0]?.opener).toBeNull();
  await lead(agent);
  expect(opened).toEqual([['about:blank', '_blank', 'popup,width=300,height=400']]);
  expect(windows[0]?.visited).toEqual([page]);
});

test.each([
  ['a name', {}, 'mcp.example.com', 'Looking for the login page of mcp.example.com …'],
  ['none', {}, undefined, 'Looking for the login page …'],
  ['a text of the host', { waitingText: 'Einen Moment …' }, 'mcp.example.com', 'Einen Moment …'],
  [
    'a name with HTML',
    {},
    '<img src=x onerror=alert(1)>',
    'Looking for the login page of <img src=x onerror=alert(1)> …',
  ],
])('the window is never blank while the server is being found: %s', (_what, options, name, text) => {
  makeAgent(options).open(name);
  expect(textOf()).toBe(text);
  expect(windows[0]?.document.title).toBe(text);
});

test('the text is there again after the browser has loaded about:blank over it', () => {
  makeAgent().open();
  windows[0]?.load();
  expect(textOf()).toBe('Looking for the login page …');
});

test('the text is written again once: whatever is loaded later is left alone', () => {
  makeAgent().open();
  windows[0]?.load();
  windows[0]?.load();
  expect(textOf()).toBe('');
});

test('the text is easy to read in light and in dark, and breaks where it is long', () => {
  makeAgent().open();
  expect(windows[0]?.document.documentElement.style).toEqual({ colorScheme: 'light dark' });
  expect(windows[0]?.document.body.style).toEqual({
    font: '1rem/1.5 system-ui, sans-serif',
    margin: '2rem',
    overflowWrap: 'anywhere',
  });
});

test('is named, and opens a window of 480 by 720 where no size is given', () => {
  const agent = makeAgent();
  agent.open();
  expect([agent.name, opened]).toEqual(['popup', [['about:blank', '_blank', 'popup,width=480,height=720']]]);
});

test('the window comes to the front with each click, and when it is led', async () => {
  const agent = makeAgent();
  agent.open();
  agent.open();
  expect(windows[0]?.focused).toBe(2);
  await lead(agent);
  expect(windows[0]?.focused).toBe(3);
});

test('a window that shows a server is led on, and another one is opened only when it was closed', async () => {
  const agent = makeAgent();
  await lead(agent);
  await lead(agent);
  expect(windows.map(({ visited }) => visited)).toEqual([[page, page]]);
  windows[0]?.close();
  await lead(agent);
  expect(windows.map(({ visited }) => visited)).toEqual([[page, page], [page]]);
});

test('what the window says stays until it is led', async () => {
  const agent = makeAgent();
  agent.open('mcp.example.com');
  await lead(agent);
  expect(textOf()).toBe('Looking for the login page of mcp.example.com …');
});

test('a window that was dismissed is not used again, though it is still about to close', () => {
  const agent = makeAgent();
  agent.open();
  if (windows[0]) windows[0].close = () => {};
  agent.dismiss();
  agent.open();
  expect(windows).toHaveLength(2);
});

test('nothing is written any more once the window was led to a server', async () => {
  const agent = makeAgent();
  agent.open();
  await lead(agent);
  windows[0]?.load();
  expect(textOf()).toBe('');
});

test('a second click uses the window that shows no server yet', () => {
  const agent = makeAgent();
  agent.open('first');
  agent.open('second');
  expect(windows).toHaveLength(1);
  expect(textOf()).toContain('second');
});

test.each([undefined, 'mcp.example.com'])(
  'a click while the window shows the server of the same login (%s) brings it to the front, and opens no other',
  async (name) => {
    const agent = makeAgent();
    agent.open(name);
    await lead(agent);
    const before = { focused: windows[0]?.focused ?? 0, text: textOf() };
    agent.open(name);
    expect(windows).toHaveLength(1);
    expect([windows[0]?.focused, textOf()]).toEqual([before.focused + 1, before.text]);
    await lead(agent);
    expect(windows.map(({ visited }) => visited)).toEqual([[page, page]]);
    agent.dismiss();
    expect(windows[0]?.closed).toBe(false);
  },
);

test('a login to something else gets a window of its own, and leaves the page that the person may be at', async () => {
  const agent = makeAgent();
  agent.open('one.example');
  await lead(agent);
  agent.open('two.example');
  await lead(agent);
  expect(windows.map(({ visited }) => visited)).toEqual([[page], [page]]);
});

test('a window that was closed at the server is opened again, with the same name', async () => {
  const agent = makeAgent();
  agent.open('mcp.example.com');
  await lead(agent);
  windows[0]?.close();
  await lead(agent);
  expect(textOf(1)).toContain('mcp.example.com');
  agent.open('mcp.example.com');
  expect(windows).toHaveLength(2);
});

test.each([
  ['was closed by the person', () => windows[0]?.close()],
  ['was dismissed', (agent: PopupUserAgent) => agent.dismiss()],
])('another window is opened after the first one %s', async (_what, happens) => {
  const agent = makeAgent();
  agent.open();
  await happens(agent);
  agent.open();
  expect(windows).toHaveLength(2);
  await lead(agent);
  expect(windows[1]?.visited).toEqual([page]);
});

test('dismiss closes a window that was never led anywhere, and may be called again', () => {
  const agent = makeAgent();
  agent.dismiss();
  agent.open();
  agent.dismiss();
  agent.dismiss();
  expect(windows.map(({ closed }) => closed)).toEqual([true]);
});

test('dismiss leaves a window open that shows a server', async () => {
  const agent = makeAgent();
  agent.open();
  await lead(agent);
  agent.dismiss();
  expect(windows[0]?.closed).toBe(false);
});

test('dismiss closes the window of this login, after an earlier one was led to a server', async () => {
  const agent = makeAgent();
  agent.open('one.example');
  await lead(agent);
  agent.open('two.example');
  agent.dismiss();
  expect(windows.map(({ closed }) => closed)).toEqual([false, true]);
});

test('A07: a blocked window is told when the person is to be led, and a later one is opened', async () => {
  const agent = makeAgent();
  isBlocked = true;
  agent.open();
  expect(await failureOf(lead(agent))).toMatchObject({
    code: 'user_agent_failed',
    phase: 'authorizing',
    message: expect.stringContaining('blocked the window'),
  });
  agent.dismiss();
  isBlocked = false;
  await lead(agent);
  expect(windows[0]?.visited).toEqual([page]);
});

test.each([
  ['width', 0],
  ['width', -1],
  ['height', Number.POSITIVE_INFINITY],
  ['height', '720'],
])('HOST-2: a %s of %o is refused', (option, value) => {
  expect(() => makeAgent({ [option]: value })).toThrow(
    expect.objectContaining({ message: `${option} must be a number of pixels, above 0.` }),
  );
  expect(() => makeAgent({ [option]: 0.5 })).not.toThrow();
});

test('A01: a URL that may not be opened leads no window anywhere', async () => {
  const agent = makeAgent();
  agent.open();
  const request = { session: { resource: '', subject: '', label: '' }, redirectUri, state: 's', issuer: 'i' };
  const refused = agent.present({ ...request, url: 'javascript:alert(1)', signal: never });
  expect((await failureOf(refused)).code).toBe('address_refused');
  agent.dismiss();
  expect(windows[0]).toMatchObject({ visited: [], closed: true });
});
