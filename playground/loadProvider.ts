// Loads oidc-provider without the notice that it prints on Node 20.
import type * as OidcProvider from 'oidc-provider';

const RUNTIME_NOTICE = 'Unsupported runtime';

/**
 * Loads oidc-provider. It works on Node 20 but says otherwise on stderr when it is first imported, and has no
 * switch for that; every other warning passes.
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
