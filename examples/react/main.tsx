// The start of the app. At the redirect URI it finishes the login first: once, and outside of components.
import type { AuthError } from 'authchart';
import { completeLogin } from 'authchart/browser';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './app.css';
import { App } from './App.tsx';
import { engine, popup } from './auth.ts';

const root = createRoot(document.getElementById('root') ?? document.body);

const showApp = (): void => {
  history.replaceState(null, '', '/');
  root.render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
};

/** In the window of a popup: the app is in the other one, and says the same. */
const showEnd = ({ message }: AuthError): void =>
  root.render(
    <main className="end">
      <h1>You are not logged in</h1>
      <p>{message}</p>
      <p>You can close this window.</p>
    </main>,
  );

if (location.pathname !== '/callback') showApp();
// An error of the login is shown by the app: the session has it.
else completeLogin(engine, { close: popup !== undefined }).then(showApp, popup ? showEnd : showApp);
