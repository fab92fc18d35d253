// Loads oidc-provider without the notice that it prints on Node 20.
import type * as OidcProvider from 'oidc-provider';

const RUNTIME_NOTICE = 'Unsupported runtime';

/**
 * Loads oidc-provider. It works on Node 20, but prints a warning that it does not when it is first imported, and has no
 * option to avoid that. All other warnings are printed.
 */
export async function loadProvider(): Promise<typeof OidcProvider> {
  const { warn } = console;
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes(RUNTIME_NOTICE)) warn(...words);
  };
  try {
    return await import('oidc-provider');
  } finally {
    console.warn = warn;
  }
}
