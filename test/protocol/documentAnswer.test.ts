// What the answer to a look for a document means, over every status; and what is said of it.
import { describe, expect, test } from 'vitest';
import { documentFailure, guardedAmong, judgeDocumentAnswer } from '../../protocol/documentAnswer.ts';
import { isOutage } from '../../protocol/outage.ts';

const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
const outages = [408, 425, 429, ...Array.from({ length: 100 }, (_, at) => at + 500)];
const judgedAs = (verdict: string, mediaType: string, text = 'Hello'): readonly number[] =>
  statuses.filter((status) => judgeDocumentAnswer({ status, mediaType, text }) === verdict);

describe('isOutage (TOK-7, DISC-11)', () => {
  test('408, 425, 429 and every status from 500 on', () => {
    expect(statuses.filter(isOutage)).toEqual(outages);
    expect([0, 499, 500, 600].map(isOutage)).toEqual([false, false, true, true]);
  });
});

describe('judgeDocumentAnswer (DISC-11)', () => {
  test.each(['application/json', 'application/vnd.x+json', 'application/jrd+json'])(
    '%s with 200 is a document, and with no other status',
    (mediaType) => {
      expect(judgedAs('document', mediaType)).toEqual([200]);
      expect(judgedAs('broken', mediaType)).toEqual([]);
    },
  );

  test('D15, D16: a page with 200 is as good as none', () => {
    expect(judgedAs('document', 'text/html')).toEqual([]);
    expect(judgedAs('document', 'text/html', '{"issuer":"x"}')).toEqual([]);
    expect(judgedAs('absent', 'text/html')).toEqual(statuses.filter((status) => !outages.includes(status)));
  });

  test.each(['', 'text/plain', 'text/json', 'application/xhtml+xml', 'application/jwt', 'text/html5'])(
    '"%s" with 200 is broken, and with no other status',
    (mediaType) => {
      expect(judgedAs('broken', mediaType)).toEqual([200]);
    },
  );

  test.each(['', 'text/plain', 'text/json', 'application/octet-stream'])(
    'DISC-11: "%s" with 200 is a document where it holds a JSON object',
    (mediaType) => {
      expect(judgedAs('document', mediaType, ' {"issuer":"x"}')).toEqual([200]);
      for (const text of ['', '{"iss', '[]', 'null', '"x"', '<!doctype html>'])
        expect(judgedAs('broken', mediaType, text)).toEqual([200]);
    },
  );

  test.each(['application/xhtml+xml', 'application/jwt', 'text/html5', 'text/javascript'])(
    'D15: "%s" with 200 is broken, whatever it holds',
    (mediaType) => {
      expect(judgedAs('broken', mediaType, '{"issuer":"x"}')).toEqual([200]);
    },
  );

  test.each(['application/json', 'text/html', ''])(
    'D30, D34: an outage is never absent: "%s"',
    (mediaType) => {
      expect(judgedAs('outage', mediaType)).toEqual(outages);
      expect(judgedAs('absent', mediaType).filter((status) => outages.includes(status))).toEqual([]);
    },
  );

  test.each([101, 201, 204, 301, 304, 400, 401, 403, 404, 405, 410, 499])('%d is absent', (status) => {
    expect(judgeDocumentAnswer({ status, mediaType: 'application/json', text: '{}' })).toBe('absent');
  });
});

describe('documentFailure', () => {
  const answer = { status: 200, mediaType: 'text/plain', url: 'https://as.example/doc?key=1' };
  const broken = 'server_metadata_invalid' as const;

  test('DISC-11: a broken document has the code of its kind, and no wait', () => {
    expect(documentFailure('broken', answer, { broken, retryAfter: 1000 })).toEqual({
      code: 'server_metadata_invalid',
      phase: 'discovering',
      recovery: 'none',
      status: 200,
      message:
        'https://as.example/doc answers with "text/plain" instead of JSON; its operator must mend this.',
    });
    const long = documentFailure(
      'broken',
      { ...answer, mediaType: 'x'.repeat(61) },
      { broken, retryAfter: 0 },
    );
    expect(long.message).toContain(`"${'x'.repeat(60)}…"`);
  });

  test('DISC-11, TOK-7: an outage is waited for, as long as the server asked', () => {
    const said = {
      code: 'server_unavailable',
      phase: 'discovering',
      recovery: 'retry-later',
      status: 503,
      message: 'https://as.example/doc is not available now (503); try again later.',
    };
    const of = { ...answer, status: 503 };
    expect(documentFailure('outage', of, { broken, retryAfter: undefined })).toStrictEqual(said);
    expect(documentFailure('outage', of, { broken, retryAfter: 0 })).toStrictEqual({
      ...said,
      retryAfter: 0,
    });
  });
});

test('the place that is guarded is the first that answers with 401 or 403', () => {
  const absent = [404, 400, 403, 401].map((status) => ({ url: `https://as.example/${status}`, status }));
  expect(guardedAmong(absent)).toBe(absent[2]);
  expect(guardedAmong(absent.slice(3))).toBe(absent[3]);
  expect(guardedAmong(absent.slice(0, 2))).toBeUndefined();
});
