// The events that a feed has sent recently, as far as its cursor has room, so that overlapping rounds send each once.
import { hash } from 'node:crypto';
import { z } from 'zod';

/** 48 bits: with a million events a day, a new one is mistaken for a sent one every 2,500 years. */
const fingerprintLength = 8;

/** How many events are remembered: 2,400 of the 3,000 bytes that a cursor may have. */
const sentEventsMax = 300;

/** A short stand-in for an event id. */
export function fingerprintOf(eventId: string): string {
  return hash('sha256', eventId, 'base64url').slice(0, fingerprintLength);
}

/** Concatenated fingerprints. */
export const fingerprintsSchema = z.string().regex(new RegExp(`^([\\w-]{${fingerprintLength}}){0,${sentEventsMax}}$`));

export function joinFingerprints(fingerprints: Iterable<string>): string {
  return [...fingerprints].join('');
}

export function splitFingerprints(text: string): string[] {
  return text.match(new RegExp(`.{${fingerprintLength}}`, 'g')) ?? [];
}

/** As a cursor carries them. */
interface SentFingerprints {
  /** Sent in the previous round, and not seen in this one yet. */
  readonly before: string;
  /** Sent in this round, or seen again. */
  readonly now: string;
}

/**
 * The fingerprints of events that may appear again. Beyond {@link sentEventsMax} no more are remembered: the others are
 * sent again under the same ids. Remembered ones stay, so that they are recognized: if they made room, reading a list in
 * the same order again would always drop what comes next.
 */
export class SentEvents {
  readonly #before: Set<string>;
  readonly #now: Set<string>;

  constructor({ before, now }: SentFingerprints) {
    this.#before = new Set(splitFingerprints(before));
    this.#now = new Set(splitFingerprints(now));
  }

  get size(): number {
    return this.#before.size + this.#now.size;
  }

  has(fingerprint: string): boolean {
    return this.#before.has(fingerprint) || this.#now.has(fingerprint);
  }

  /** Remembers an event of this round for the next one, if there is room. */
  remember(fingerprint: string): void {
    if (this.#before.delete(fingerprint) || this.size < sentEventsMax) {
      this.#now.add(fingerprint);
    }
  }

  /** In the middle of a round. */
  toFingerprints(): SentFingerprints {
    return { before: joinFingerprints(this.#before), now: joinFingerprints(this.#now) };
  }

  /** For the next round. What was sent before this round and did not appear in it will not appear in the next one. */
  toNextRound(): string {
    return joinFingerprints(this.#now);
  }
}
