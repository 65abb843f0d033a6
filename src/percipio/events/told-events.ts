// What a feed has told of late, as far as its cursor has room, so that rounds that overlap tell it once.
import { hash } from 'node:crypto';
import { z } from 'zod';

/** 48 bits: with a million events a day, one would be taken for a told one every 2,500 years. */
const markLength = 8;

/** How many events are remembered: 2,400 of the 3,000 bytes that a cursor may have. */
export const toldEventsMax = 300;

/** A short stand-in for the id of an event. */
export function markOf(eventId: string): string {
  return hash('sha256', eventId, 'base64url').slice(0, markLength);
}

/** Marks, one behind the other. */
export const marksSchema = z.string().regex(new RegExp(`^([\\w-]{${markLength}}){0,${toldEventsMax}}$`));

export function joinMarks(marks: Iterable<string>): string {
  return [...marks].join('');
}

export function splitMarks(text: string): string[] {
  return text.match(new RegExp(`.{${markLength}}`, 'g')) ?? [];
}

/** As a cursor carries it. */
export interface ToldMarks {
  /** Told in the round before, and not met in this one yet. */
  readonly before: string;
  /** Told in this round, or met again. */
  readonly now: string;
}

/**
 * The marks of events that may be met again. Beyond {@link toldEventsMax} no more are remembered: what is not is told
 * again under the same ids. Those that are remembered stay, so that they are met: were they to make room, a list that is
 * read in the same order again would always push out what comes next.
 */
export class ToldEvents {
  readonly #before: Set<string>;
  readonly #now: Set<string>;

  constructor({ before, now }: ToldMarks) {
    this.#before = new Set(splitMarks(before));
    this.#now = new Set(splitMarks(now));
  }

  get size(): number {
    return this.#before.size + this.#now.size;
  }

  has(mark: string): boolean {
    return this.#before.has(mark) || this.#now.has(mark);
  }

  /** Remembers an event of this round for the next one, if there is room. */
  keep(mark: string): void {
    if (this.#before.delete(mark) || this.size < toldEventsMax) {
      this.#now.add(mark);
    }
  }

  /** In the middle of a round. */
  toMarks(): ToldMarks {
    return { before: joinMarks(this.#before), now: joinMarks(this.#now) };
  }

  /** At its end. What was told before it and not met in it is not met in the next one either. */
  toMarksOfNextRound(): ToldMarks {
    return { before: joinMarks(this.#now), now: '' };
  }
}
