// An error, and the one button that helps: which one is said by its recovery, never by its text.
import type { Auth } from 'authchart/react';

/** What a person can do about an error. */
interface Help {
  readonly label: string;
  readonly act: () => unknown;
}

/** Nothing where no button helps, or where the one for a login does. */
export function helpOf({
  error,
  canSend,
  missingScopes,
  login,
  retry,
  stepUp,
  logout,
}: Auth): Help | undefined {
  if (missingScopes.length > 0) return { label: `Allow ${missingScopes.join(' ')}`, act: stepUp };
  switch (error?.recovery) {
    case 'retry-later':
      return canSend ? undefined : { label: 'Try again', act: retry };
    case 'reauthorize':
      return { label: 'Log in again', act: () => login({ again: true }) };
    case 'reregister':
      return { label: 'Forget the client', act: () => logout({ forget: 'everything' }) };
    // The others need somebody who knows the server.
    default:
      return undefined;
  }
}

export function Problem(auth: Auth) {
  const { error, isBusy, missingScopes } = auth;
  if (!error || isBusy) return null;
  const help = helpOf(auth);
  const isQuestion = error.code === 'interaction_required' && missingScopes.length > 0;
  return (
    <div className="problem" role="alert" data-look={isQuestion ? 'waiting' : 'bad'}>
      <p>
        {isQuestion ? (
          <>
            That needs one more permission: <code>{missingScopes.join(' ')}</code>
          </>
        ) : (
          error.message
        )}
      </p>
      <p className="small">
        <code>{error.code}</code> in <code>{error.phase}</code>, recovery <code>{error.recovery}</code>
      </p>
      {help && (
        <button type="button" className="main" onClick={help.act}>
          {help.label}
        </button>
      )}
    </div>
  );
}
