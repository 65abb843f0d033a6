// Collects findings: the first few messages, and their total number.
import { type CheckResult, failed, passed } from './check.ts';

const shownMax = 3;

export class Findings {
  readonly #shown: string[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param text - The offending request and response. A function is only called if its text is shown. */
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
