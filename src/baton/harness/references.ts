// References from one listed thing to another, some of which can only be judged when all has been listed.
import { type CheckResult, notApplicable } from './check.ts';
import { Findings } from './findings.ts';

/** Things that are kept to be looked for again at the end, because they had not been listed when they were referred to. */
const pendingMax = 10_000;

export class References {
  readonly #isListed: (key: string) => boolean;
  /** What was not listed yet, with the first message about it. */
  readonly #pending = new Map<string, string>();
  #count = 0;
  #notJudged = 0;

  /** @param isListed - Whether what a key stands for has been listed. */
  constructor(isListed: (key: string) => boolean) {
    this.#isListed = isListed;
  }

  /** @param text - The message if it leads nowhere. */
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
   * @param incomplete - Why not all was listed that may be referred to, if so: what leads nowhere is no fault then.
   * @param none - Why the check is not applicable if there was no reference.
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
      return notApplicable(`some lead to what was not listed, and ${incomplete}`);
    }
    return findings.result(this.#notJudged > 0 ? `${this.#notJudged} could not be judged` : '');
  }
}
