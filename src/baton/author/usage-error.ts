// The error for a wrong command line or wrong settings.

/** Mistakes that the user can correct. They are printed together, without a stack; the exit code is 2. */
export class UsageError extends Error {
  readonly faults: readonly string[];

  /** @param faults - One line each, without secrets. */
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'UsageError';
    this.faults = faults;
  }
}
