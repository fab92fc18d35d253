// Reading Retry-After: how long a server asks us to wait, without a clock of our own.

/** Longest wait that a server may ask for, in milliseconds. */
export const LONGEST_RETRY_AFTER = 3_600_000;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const fixdate = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\\d{2}) (${months.join('|')}) (\\d{4}) (\\d{2}):(\\d{2}):(\\d{2}) GMT$`,
);

/**
 * Milliseconds to wait, between 0 and an hour; nothing when the header is absent or makes no sense.
 * Reads seconds and the preferred date form, not the two obsolete ones.
 * @param nowMs epoch milliseconds.
 * @see RFC 9110 §10.2.3, §5.6.7
 */
export function retryAfterMs(
  headers: { get(name: string): string | null },
  nowMs: number,
): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : dateMs(text) - nowMs;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER);
}

/** Epoch milliseconds of an IMF-fixdate; NaN for anything else. */
function dateMs(text: string): number {
  const parts = fixdate.exec(text);
  if (!parts) return Number.NaN;
  const month = months.indexOf(parts[2] ?? '') + 1;
  const [day, year, hour, minute, second] = [1, 3, 4, 5, 6].map((at) => Number(parts[at])) as Numbers;
  // A leap second is a second like others.
  if (day < 1 || day > daysIn(month, year) || hour > 23 || minute > 59 || second > 60) return Number.NaN;
  return (daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second) * 1000;
}

type Numbers = [day: number, year: number, hour: number, minute: number, second: number];

function daysIn(month: number, year: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Days of the proleptic Gregorian calendar; years are counted from March, so that the leap day comes last. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  const daysBeforeMonth = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return 365 * y + leapDays + daysBeforeMonth + day - 1 - 719_468;
}
