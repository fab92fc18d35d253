// What all pages of an authorization server share: style, security policy, and escaping.
import type { Context } from 'oidc-provider';

/** No script, nothing loaded, and no frame: another page must not be able to change how a consent page looks. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

const STYLE = `
  :root { color-scheme: light dark; --ink: #1d2327; --soft: #57606a; --page: #f3f4f2; --card: #fff;
    --line: #dcdfe0; --accent: #14624c; --on-accent: #fff; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e8eaea; --soft: #a3abb0; --page: #15191b; --card: #1e2427;
    --line: #343c40; --accent: #6fd3b0; --on-accent: #06251b; } }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--page);
    color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
  main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
    border-radius: .75rem; }
  .server { margin: 0; color: var(--soft); font-size: .875rem; }
  h1 { margin: .25rem 0 1.25rem; font-size: 1.375rem; font-weight: 400; line-height: 1.3; overflow-wrap: anywhere; }
  ul { margin: 0 0 1.25rem; padding: 0; list-style: none; border-top: 1px solid var(--line); }
  li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: .625rem 0;
    border-bottom: 1px solid var(--line); }
  code { color: var(--soft); font: .8125rem/1.85 ui-monospace, monospace; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.5rem; font-size: .875rem; }
  dl:last-child { margin: 0; }
  dt { color: var(--soft); }
  dd { margin: 0; overflow-wrap: anywhere; }
  form { display: flex; gap: .75rem; }
  label { flex: 2; font-size: .875rem; color: var(--soft); }
  label input { width: 100%; margin-top: .25rem; padding: .75rem 1rem; border: 1px solid var(--line);
    border-radius: .5rem; background: transparent; color: var(--ink); font: 1rem/1.5 ui-monospace, monospace; }
  label + button { align-self: end; }
  button { flex: 1; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: transparent;
    color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
  button.allow { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
  button:hover { border-color: currentColor; }
  :is(button, input):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** Answers with a page. @param html The page, with escaped values. */
export function showPage(context: Context, html: string): void {
  context.set('content-security-policy', PAGE_POLICY);
  context.set('cache-control', 'no-store');
  context.type = 'html';
  context.body = html;
}

/** Makes a whole page. @param main Markup, with escaped values. */
export function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escapeHtml(title)}</title>
  <style>${STYLE}</style>
</head>
<body>
  <main>
    ${main}
  </main>
</body>
</html>
`;
}

/** A name and its value as markup, for a definition list. */
export function term(name: string, value: string): string {
  return `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes a text for markup, also inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
