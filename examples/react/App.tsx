// The page: the session, what can be done with it, and the settings.
import { type Auth, useAuth } from 'authchart/react';
import { popup, session } from './auth.ts';
import { helpOf, Problem } from './Problem.tsx';
import { SettingsForm } from './SettingsForm.tsx';
import { Tools } from './Tools.tsx';

export function App() {
  const auth = useAuth(session, { popup });
  return (
    <>
      <header>
        <h1>Notes</h1>
        <p>
          An MCP client in a page, with <code>authchart/react</code>
        </p>
      </header>
      <main>
        <Account {...auth} />
        <Tools {...auth} />
        <SettingsForm />
      </main>
    </>
  );
}

function Account(auth: Auth) {
  const { status, scopes, canSend, isBusy, needsUser } = auth;
  return (
    <section aria-labelledby="account">
      <h2 id="account">Account</h2>
      <dl>
        <dt>Resource</dt>
        <dd>
          <code>{session.id.resource}</code>
        </dd>
        <dt>State</dt>
        <dd aria-live="polite">
          <span className="state" data-look={canSend ? 'good' : needsUser || isBusy ? 'waiting' : 'none'}>
            {sentenceOf(auth)}
          </span>{' '}
          <code>{status}</code>
        </dd>
        <dt>Scopes</dt>
        <dd>{scopes.length === 0 ? 'none' : scopes.map((scope) => <code key={scope}>{scope} </code>)}</dd>
      </dl>
      {needsUser && <Waiting {...auth} />}
      <Problem {...auth} />
      <Buttons {...auth} />
    </section>
  );
}

function sentenceOf({ status, canSend, isBusy, needsUser }: Auth): string {
  if (needsUser) return 'Waiting for you';
  if (status === 'recovering') return 'Looking up';
  if (isBusy) return 'Working';
  return canSend ? 'Logged in' : 'Not logged in';
}

function Waiting({ url }: Auth) {
  if (!popup) return <p>A login has begun, and is not finished.</p>;
  return (
    <p>
      The login page is open in a window of its own.{' '}
      {url !== undefined && (
        <a href={url} target="_blank" rel="noreferrer">
          Open it here
        </a>
      )}
    </p>
  );
}

function Buttons(auth: Auth) {
  const { canSend, isBusy, needsUser, status, login, cancel, logout } = auth;
  const isCancellable = isBusy && status !== 'recovering' && status !== 'signingOut';
  return (
    <p className="buttons">
      {!canSend && !isBusy && !helpOf(auth) && (
        <button type="button" className="main" onClick={login}>
          Log in
        </button>
      )}
      {needsUser && (
        <button type="button" onClick={login}>
          {popup ? 'Show the window again' : 'Go to the login page'}
        </button>
      )}
      {isCancellable && (
        <button type="button" onClick={cancel}>
          Cancel
        </button>
      )}
      {canSend && (
        <button type="button" disabled={isBusy} onClick={logout}>
          Sign out
        </button>
      )}
    </p>
  );
}
