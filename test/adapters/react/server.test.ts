// The hook on a server: the first state is rendered, nothing starts, and what is no session is refused.
import { createElement, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { useAuth } from '../../../adapters/react.ts';
import { memoryStore, type Session } from '../../../index.ts';
import { testEngine } from '../../support/engine.ts';

function Account({ session }: { readonly session: Session }) {
  const { fetch: _, ...auth } = useAuth(session);
  return createElement('output', null, JSON.stringify(auth));
}

test('renders the first state, and starts no chart', async () => {
  const store = memoryStore();
  const reads = vi.spyOn(store, 'get');
  const { engine, session, progress } = testEngine('https://mcp.example/mcp', { store });
  const page = createElement(StrictMode, null, createElement(Account, { session }));
  const html = renderToString(page);
  expect(renderToString(page)).toBe(html);
  expect(JSON.parse(html.replace(/<[^>]+>/g, '').replaceAll('&quot;', '"'))).toEqual({
    status: 'recovering',
    isBusy: true,
    needsUser: false,
    canSend: false,
    scopes: [],
    missingScopes: [],
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(progress).toEqual([]);
  expect(reads).not.toHaveBeenCalled();
  await engine.dispose();
});

test('refuses what is no session', () => {
  for (const wrong of [undefined, null, {}, 'https://mcp.example/mcp'])
    expect(() => renderToString(createElement(Account, { session: wrong as unknown as Session }))).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining('engine.session') }),
    );
});
