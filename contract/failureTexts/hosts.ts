// Texts of the failures that come from the host itself: its options, its store, and a defect of ours.
import type { FailureText } from './failureText.ts';

/** By code. */
export const hostTexts = {
  config_invalid: {
    means: 'An option, an argument or a value from a function of the host cannot be used. Nothing was sent.',
    cause:
      'A name with a mistake in it, a value of another type, an address that is not https (http is for loopback only), a key of the wrong form, or a function that should get a secret and failed.',
    cure: 'Read the message: it names the option, and what it must be. What a function of yours threw is given to `onDefect`.',
    phases: [
      'configuring',
      'discovering',
      'registering',
      'authorizing',
      'renewing',
      'steppingUp',
      'signingOut',
      'requesting',
    ],
  },
  engine_disposed: {
    means: 'The engine was used after `engine.dispose()`.',
    cause: 'A request, a timer or a page that outlived the engine.',
    cure: 'Make a new engine with the same store, or dispose of the engine last. What was stored is still there.',
    phases: ['configuring'],
  },
  store_conflict: {
    means: 'Another writer changed the same record again and again, so that a change could not be written.',
    cause:
      'Very many processes that write to one login at once, or a home of your own whose `put` refuses the version that its `get` has just given.',
    cure: 'Try again. If it comes back, run the store contract against your home of records: see [stores](guides/stores.md).',
    phases: ['storing'],
  },
  store_failed: {
    means: 'The home of records could not be read or written.',
    cause:
      'A folder that is read-only or full, a database that is out of reach, a keychain that is locked, a key that is missing, or an operation that took longer than 30 seconds.',
    cure: 'Mend the home, then try again. The error of the driver is given to `onDefect`.',
    otherwise: ['fix-config', 'none'],
    phases: ['storing'],
  },
  record_corrupt: {
    means: 'A record cannot be read. It was set aside, and is not used.',
    cause:
      'A disk that was full, a file that was edited by hand, or a record that is not encrypted in an encrypted store.',
    cure: 'Log in again. The damaged record is kept for you to look at, where the home can keep it.',
    phases: ['storing'],
  },
  record_newer: {
    means: 'A record was written by a newer version of authchart. It was left alone.',
    cause: 'Two programs with different versions share a store, or a version was rolled back.',
    cure: 'Update this program, or give it a store of its own.',
    phases: ['storing'],
  },
  internal: {
    means: 'Something unexpected failed inside authchart, or in code of the host that it called.',
    cause:
      'A defect. The message has only the name of the class of the error, because its text may hold a secret.',
    cure: 'Look at what `onDefect` was given, and report it if the fault is not in your code.',
    phases: [
      'recovering',
      'discovering',
      'bindChecking',
      'registering',
      'authorizing',
      'renewing',
      'steppingUp',
      'requesting',
      'signingOut',
      'storing',
    ],
  },
} as const satisfies Readonly<Record<string, FailureText>>;
