// Three tools of the playground: the first needs the scope of the login, the others ask for one more.
import type { Auth } from 'authchart/react';
import { useState } from 'react';
import { session } from './auth.ts';
import { callTool } from './callTool.ts';

const tools = [
  { name: 'read_note', label: 'Read a note', args: { name: 'hello' } },
  { name: 'write_note', label: 'Write a note', args: { name: 'hello', text: 'Changed from a page.' } },
  { name: 'delete_note', label: 'Delete a note', args: { name: 'hello' } },
] as const;

export function Tools({ canSend, fetch }: Auth) {
  const [answer, setAnswer] = useState('');

  const call = async ({ name, args }: (typeof tools)[number]): Promise<void> => {
    setAnswer(`${name} …`);
    const told = await callTool(fetch, session.id.resource, name, args).then(
      ({ status, text }) => (status === 403 ? `${text}: another scope is needed.` : text),
      reasonOf,
    );
    setAnswer(told);
  };

  return (
    <section aria-labelledby="tools">
      <h2 id="tools">Tools</h2>
      <p className="buttons">
        {tools.map((tool) => (
          <button key={tool.name} type="button" disabled={!canSend} onClick={() => call(tool)}>
            {tool.label}
          </button>
        ))}
      </p>
      <output aria-live="polite">{answer || (canSend ? 'Call a tool.' : 'Log in to call a tool.')}</output>
    </section>
  );
}

/** Browsers do not tell pages why no answer came. */
function reasonOf(error: unknown): string {
  if (error instanceof TypeError)
    return `${error.message}: the server cannot be reached, or does not let pages of other origins read its answers (CORS).`;
  return error instanceof Error ? error.message : String(error);
}
