// Collects what is wrong: the first few messages, and how many there were.
import { type CheckResult, failed, passed } from './check.ts';

const shownMax = 3;

export class Findings {
  readonly #shown: string[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param text - The offending message: what was asked and what came back. Made only if it is shown. */
  add(text: string | (() => string)): void {
    this.#count++;
    if (this.#shown.length < shownMax) {
      this.#shown.push(typeof text === 'string' ? text : text());
    }
  }

  /** Failed if anything was found. */
  result(passedDetail = ''): CheckResult {
    if (this.#count === 0) {
      return passed(passedDetail);
    }
    const more = this.#count - this.#shown.length;
    return failed([...this.#shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
  }
}
