// The report that a failed sync leaves behind, and that another sync uses (--report-id).

/** After a day, the grants of a report are too old to be worth it. How long Percipio keeps reports is not documented. */
const usefulMs = 24 * 3_600_000;

/** One per process. */
export class ReusableReport {
  readonly #givenId: string | undefined;
  #isTaken = false;
  #latest: { readonly id: string; readonly requestedAt: Date | undefined } | undefined;

  /** @param givenId - The report of an earlier sync that the user wants to use. */
  constructor(givenId?: string) {
    this.#givenId = givenId;
  }

  /** The id of the given report for the first sync; later ones would get the same activity again. */
  take(): string | undefined {
    if (this.#isTaken || this.#givenId === undefined) return undefined;
    this.#isTaken = true;
    this.#latest = { id: this.#givenId, requestedAt: undefined };
    return this.#givenId;
  }

  isGiven(id: string | undefined): boolean {
    return id !== undefined && id === this.#givenId;
  }

  /** Remembers a report that was requested. */
  set(id: string, requestedAt: Date): void {
    this.#latest = { id, requestedAt };
  }

  /** Forgets a report: Percipio failed to generate it, or does not have it any more. */
  drop(id: string | undefined): void {
    if (this.#latest?.id === id) this.#latest = undefined;
  }

  /** What to do after a failed sync, as a sentence; undefined if it leaves no report. */
  get advice(): string | undefined {
    if (!this.#latest) return undefined;
    const { id, requestedAt } = this.#latest;
    const howTo = `Percipio has the activity report of this sync, or is still generating it. To use it, repeat the sync with --report-id ${id}`;
    if (!requestedAt) return howTo;
    const until = new Date(requestedAt.getTime() + usefulMs);
    return `${howTo} before ${toSeconds(until)}: it has the activity until ${toSeconds(requestedAt)}, and is too old after a day`;
  }
}

function toSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
