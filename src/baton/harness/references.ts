// References between listed items, some of which can only be checked once everything has been listed.
import { type CheckResult, notApplicable } from './check.ts';
import { Findings } from './findings.ts';

/** The maximum number of unresolved references to keep until the end. */
const pendingMax = 10_000;

export class References {
  readonly #isListed: (key: string) => boolean;
  /** Keys that were not listed yet, with the first message about each. */
  readonly #pending = new Map<string, string>();
  #count = 0;
  #notJudged = 0;

  /** @param isListed - Whether the item with this key has been listed. */
  constructor(isListed: (key: string) => boolean) {
    this.#isListed = isListed;
  }

  /** @param text - The message if the reference does not resolve. */
  add(key: string, text: () => string): void {
    this.#count++;
    if (this.#isListed(key) || this.#pending.has(key)) {
      return;
    }
    if (this.#pending.size < pendingMax) {
      this.#pending.set(key, text());
    } else {
      this.#notJudged++;
    }
  }

  /**
   * @param incomplete - Why the listings are incomplete, if they are: unresolved references are not findings then.
   * @param none - The reason to give if there were no references.
   */
  result(incomplete: string | undefined, none: string): CheckResult {
    if (this.#count === 0) {
      return notApplicable(none);
    }
    const findings = new Findings();
    for (const [key, text] of this.#pending) {
      if (!this.#isListed(key)) {
        findings.add(text);
      }
    }
    if (findings.count > 0 && incomplete !== undefined) {
      return notApplicable(`some references do not resolve, but ${incomplete}`);
    }
    return findings.result(this.#notJudged > 0 ? `${this.#notJudged} could not be checked` : '');
  }
}
