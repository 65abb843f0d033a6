// Counts the rows whose status gives no grant, by status.
import { foldStatus } from './activity-status.ts';

/** So many different ones are told apart; Percipio has less than ten. A report with garbage there must not fill memory. */
const statusesMax = 50;

/** How much of a status is kept. */
const charactersMax = 40;

/** Case and space do not tell statuses apart; each is spelled as it came first. */
export class StatusTally {
  readonly #tallies = new Map<string, { readonly spelling: string; count: number }>();

  add(status: string): void {
    const known = foldStatus(status).slice(0, charactersMax);
    const key = this.#tallies.has(known) || this.#tallies.size < statusesMax ? known : '(others)';
    const tally = this.#tallies.get(key);
    if (tally !== undefined) {
      tally.count += 1;
      return;
    }
    const spelling = key === known ? status.trim().slice(0, charactersMax) : key;
    this.#tallies.set(key, { spelling, count: 1 });
  }

  /** Counts by spelling, the most frequent first. */
  read(): ReadonlyMap<string, number> {
    const tallies = [...this.#tallies.values()].sort((a, b) => b.count - a.count);
    return new Map(tallies.map(({ spelling, count }) => [spelling, count]));
  }
}
