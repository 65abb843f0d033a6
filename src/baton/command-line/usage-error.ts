// What is thrown when a command line or the settings are not as they must be.

/** Faults that the person who started the program can put right. Printed all at once, without a stack; exit code 2. */
export class UsageError extends Error {
  readonly faults: readonly string[];

  /** @param faults - Each a line of its own, without secrets. */
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'UsageError';
    this.faults = faults;
  }
}
