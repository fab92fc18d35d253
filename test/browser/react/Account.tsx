// A component as an app has it: rendered on a server, and again in the page.
import { StrictMode } from 'react';
import { useAuth } from '../../../adapters/react.ts';
import type { Session } from '../../../index.ts';

function Account({ session }: { readonly session: Session }) {
  const { status, isBusy, canSend, needsUser, url, login } = useAuth(session);
  return (
    <p>
      <output>{JSON.stringify({ status, isBusy, canSend, needsUser, url })}</output>
      <button type="button" onClick={login}>
        Log in
      </button>
    </p>
  );
}

/** Two components that show the same session; StrictMode is outermost, or it does not mount twice. */
export const page = (session: Session) => (
  <StrictMode>
    <Account session={session} />
    <Account session={session} />
  </StrictMode>
);
