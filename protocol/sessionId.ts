// Which session is meant: the resource as one text, whoever names it, so that all who name it alike share its records.
import type { SessionId } from '../contract/facts.ts';
import { judgeAddress } from './address.ts';
import { invalid, type Judge, object, oneOf, optional, type Shape } from './options.ts';
import { anyText, urlText } from './optionValues.ts';

/** What a host says of a session. */
export interface SessionNames {
  /** URL of the protected resource. */
  readonly resource: string | URL;
  readonly subject?: string;
  readonly label?: string;
}

/** What a host says when it makes, invokes or spawns the chart. */
export interface ChartNames extends SessionNames {
  readonly interaction?: 'ask' | 'auto';
}

const resource: Judge = (value, path) => {
  const text = urlText(value);
  const verdict = text === undefined ? undefined : judgeAddress(text, text);
  if (verdict?.ok) return;
  const why = verdict ? `: ${verdict.reason}` : '';
  invalid(`${path} must be the https URL of the protected resource${why}.`);
};

/** Judges for the options of `engine.session`. */
export const sessionShape: Shape<SessionNames> = {
  resource,
  subject: optional(anyText),
  label: optional(anyText),
};

const chartShape: Shape<ChartNames> = {
  ...sessionShape,
  interaction: optional(oneOf({ ask: true, auto: true })),
};

/** @throws AuthError `config_invalid` */
export function sessionIdOf(names: SessionNames): SessionId {
  object(sessionShape)(names, '');
  return named(names);
}

/**
 * The same, for the input of the chart.
 * @throws AuthError `config_invalid`
 */
export function sessionIdOfChart(input: ChartNames): SessionId {
  object(chartShape)(input, 'input');
  return named(input);
}

function named({ resource: url, subject = '', label = '' }: SessionNames): SessionId {
  const text = String(url);
  const { href } = new URL(text);
  // The origin alone stays as it was written: compared byte for byte, it differs from the same with a slash.
  return { resource: href === `${text}/` ? text : href, subject, label };
}
