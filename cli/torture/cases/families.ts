// Families of cases that differ in one thing: how an answer is sent, where a redirect leads, what a document is.
import type { Where } from '../../../adapters/testing/misbehaviour.ts';
import type { Case, Source } from '../case.ts';
import { answering, dripping, json, nested, packed, padded, redirect, rewriting, silence } from '../lies.ts';
import { originOf, other, put, withOther } from '../places.ts';
import { capital, knowing, stops } from '../plays.ts';
import type { Stage } from '../stage.ts';

/** A place whose answer a family changes. */
export interface Place {
  /** What it is, in the middle of a sentence: `the metadata of the resource`. */
  readonly what: string;
  readonly where: Where;
  /** What a client that refuses the answer does not ask afterwards. */
  readonly before: readonly Where[];
}

/** Answers that are too long, too slow, or never end. */
export function endless({ what, where, before }: Place): readonly Case[] {
  const size = 'The client stops at a size of its own choice, and does not use the document.';
  const time = 'One time limit covers the whole answer, and the client ends with an error.';
  const memory = 'One hostile server could fill the memory of the client and of all that runs beside it.';
  const waits = 'The person waits for ever, and the client holds a connection that nobody needs.';
  return [
    {
      name: 'huge',
      title: `After ${what} come 48 MiB of blanks.`,
      wants: size,
      source: ['D11'],
      why: memory,
      play: stops([{ where, how: padded }], before),
    },
    {
      name: 'packed',
      title: `${capital(what)} is packed: 48 kB that unpack to 48 MiB.`,
      wants: 'The limit counts unpacked bytes, and the client does not use the document.',
      source: ['D14'],
      why: memory,
      play: stops([{ where, how: packed }], before),
    },
    {
      name: 'dripping',
      title: `${capital(what)} arrives one byte at a time, and never ends.`,
      wants: time,
      source: ['D12'],
      why: waits,
      play: stops([{ where, how: dripping }], before),
    },
    {
      name: 'silent',
      title: `The connection for ${what} is accepted, and nothing is answered.`,
      wants: time,
      source: ['D13'],
      why: waits,
      play: stops([{ where, how: silence }], before),
    },
  ];
}

/** Redirects to another origin, which has a document of an attacker. @param source what forbids it. */
export function redirects(
  { what, where, before }: Place,
  codes: readonly number[],
  source: readonly [Source, ...Source[]],
  trap: (stage: Stage) => unknown,
): readonly Case[] {
  return codes.map((code) => ({
    name: `redirect-${code}`,
    title: `The request for ${what} is answered with ${code} to another origin.`,
    wants: 'The client does not follow it, and sends nothing there.',
    source,
    why: 'Whoever can place a redirect could give the client a document, or take what the request has in it.',
    world: withOther,
    play: stops(
      [
        {
          where,
          how: knowing((stage) => {
            put(stage, 'other', '/trap', trap(stage));
            return redirect(code, () => `${originOf(stage, 'other')}/trap`);
          }),
        },
      ],
      [other, ...before],
    ),
  }));
}

/** Documents that are JSON, and no object; and what only looks like a document. */
export function shapes({ what, where, before }: Place): readonly Case[] {
  const wants = 'The client refuses the document, and guesses nothing in its place.';
  const why =
    'What a client guesses when a document is unusable, an attacker can choose by making it unusable.';
  const values: readonly (readonly [string, string, string])[] = [
    ['array', 'an array', '[]'],
    ['text', 'a text', '"https://attacker.example"'],
    ['number', 'a number', '1'],
    ['null', 'null', 'null'],
    ['nested', 'ten thousand arrays in each other', nested(10_000)],
    ['cut', 'cut off in its middle', '{"issuer":"https://'],
  ];
  return [
    ...values.map(([name, is, body]) => ({
      name,
      title: `${capital(what)} is ${is}.`,
      wants,
      source: (name === 'nested' ? ['D20'] : name === 'cut' ? ['DISC-11'] : ['D17']) as [Source],
      why,
      play: stops([{ where, how: answering(body) }], before),
    })),
    {
      name: 'html-type',
      title: `${capital(what)} is good JSON, and its media type says HTML.`,
      wants: 'The client refuses the document.',
      source: ['D15'],
      why: 'Where people can upload pages, an attacker could upload metadata.',
      play: stops([{ where, how: rewriting((text) => text, 'text/html') }], before),
    },
    {
      name: 'empty-object',
      title: `${capital(what)} is an object without members.`,
      wants,
      source: ['D31', 'D37'],
      why,
      play: stops([{ where, how: json({}) }], before),
    },
  ];
}
