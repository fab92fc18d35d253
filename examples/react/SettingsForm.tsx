// Which resource, and which way to the login page.
import { useState } from 'react';
import { engine } from './auth.ts';
import { changeSettings, readSettings, type Way } from './settings.ts';

const ways: readonly { readonly way: Way; readonly label: string }[] = [
  { way: 'redirect', label: 'This page leaves, and comes back' },
  { way: 'popup', label: 'A window of its own' },
];

export function SettingsForm() {
  const { resource, way } = readSettings();
  const [problem, setProblem] = useState('');

  const change = (form: FormData): void => {
    const chosen = String(form.get('resource'));
    try {
      // An address that no session can have is refused here, and not when the page starts.
      engine.session({ resource: chosen });
      changeSettings({ resource: chosen, way: form.get('way') === 'popup' ? 'popup' : 'redirect' });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <section aria-labelledby="settings">
      <h2 id="settings">Settings</h2>
      <form action={change}>
        <label>
          MCP server
          <input name="resource" type="url" required defaultValue={resource} spellCheck={false} />
        </label>
        <fieldset>
          <legend>Login page</legend>
          {ways.map((one) => (
            <label key={one.way}>
              <input type="radio" name="way" value={one.way} defaultChecked={one.way === way} />
              {one.label}
            </label>
          ))}
        </fieldset>
        {problem !== '' && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit">Use these</button>
      </form>
    </section>
  );
}
