// Nothing that one issuer made is given to an actor that speaks to another (BIND-2).
import { type Invariant, startedBy } from '../invariant.ts';

interface Made {
  readonly issuer: string;
}

/** Every fact in an input that some issuer has made. */
const made = ['grant', 'registration', 'pending'] as const;

export const issuers: Invariant = {
  holds: 'an actor that speaks to a server is given nothing that another server made',
  spec: ['BIND-2', 'BIND-9', 'TOK-2'],
  violated(edge) {
    for (const { source, input } of startedBy(edge)) {
      const server = input['server'] as Made | undefined;
      for (const name of made) {
        const fact = input[name] as Made | undefined;
        if (server && fact && fact.issuer !== server.issuer) {
          return `${source} speaks to ${server.issuer} with a ${name} of ${fact.issuer}`;
        }
      }
    }
    return undefined;
  },
};
