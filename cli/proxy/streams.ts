// How often the streams of a server are opened again: what the server says of that has limits, and an end.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ReconnectionScheduler } from '@modelcontextprotocol/client';
import type { RequestId } from './messages.ts';

/** One message to the server, or the stream of the server itself, with all streams that are opened for it. */
export interface Course {
  /** The request that wants an answer. */
  readonly id?: RequestId | undefined;
  /** Called when no stream is opened any more for a request. Without it they are opened again after a rest. */
  readonly end?: (() => void) | undefined;
  /** Whether the answer has come, or there was a stream for it to come in. */
  isAnswered: boolean;
  /** How many streams in a row brought no message. */
  empty: number;
  /** When the last one was opened, in milliseconds. */
  openedAt: number;
}

/** The limits, in milliseconds and streams. */
export interface StreamLimits {
  /** The shortest time between two streams, and the longest one that grows by itself. */
  readonly shortest: number;
  readonly longest: number;
  /** How many streams in a row may bring nothing. After that a request fails, and the stream of the server has a rest. */
  readonly empty: number;
  /** That rest. It is the longest time, too, that a server can ask for. */
  readonly rest: number;
}

/** Twenty streams that bring nothing take about six minutes. */
export const streamLimits: StreamLimits = { shortest: 500, longest: 30_000, empty: 20, rest: 300_000 };

/** A stream that was open for so long is no reason to ask less often, in milliseconds: networks cut what is idle. */
const LASTING = 10_000;

/** Knows for which message a stream is opened. */
export interface Courses {
  begin<Result>(course: Course, work: () => Promise<Result>): Promise<Result>;
  /** The one that the running code belongs to. */
  current(): Course | undefined;
  readonly scheduler: ReconnectionScheduler;
}

/** Makes a course. */
export function newCourse(of: Pick<Course, 'id' | 'end'> = {}): Course {
  return { ...of, isAnswered: false, empty: 0, openedAt: Date.now() };
}

/**
 * Makes what the transport opens streams again with. It does not say whose stream that is, so the message is found by the
 * asynchronous context that it was sent in.
 */
export function createCourses(limits: StreamLimits): Courses {
  const running = new AsyncLocalStorage<Course>();
  const scheduler: ReconnectionScheduler = (reconnect, asked, attempt) => {
    const course = running.getStore() ?? newCourse();
    // A server that cannot be reached has a limit of its own.
    if (attempt === 0) course.empty = Date.now() - course.openedAt < LASTING ? course.empty + 1 : 0;
    const isOver = course.empty > limits.empty;
    if (isOver && course.end) return void course.end();
    const timer = setTimeout(
      () => {
        course.openedAt = Date.now();
        reconnect();
      },
      isOver ? limits.rest : delayFor(asked, course.empty, limits),
    );
    return () => clearTimeout(timer);
  };
  return {
    begin: (course, work) => running.run(course, work),
    current: () => running.getStore(),
    scheduler,
  };
}

/** What was asked for, unless that is too often. */
function delayFor(asked: number, empty: number, { shortest, longest, rest }: StreamLimits): number {
  const own = Math.min(shortest * 1.5 ** Math.max(empty - 1, 0), longest);
  return Math.min(Math.max(asked, own), rest);
}
