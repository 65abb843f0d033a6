// The error of everything that concerns a .c1z file: what was asked of which file, what is wrong, what to do.

/** What went wrong, as a stable word: the text may change, this does not. */
export type C1zErrorReason =
  /** The bytes are not a .c1z file. */
  | 'not_a_c1z'
  /** A file in the v3 (Pebble) format, which this program does not read. */
  | 'pebble_format'
  /** A .c1z file that is cut off, damaged, or holds something else than a Baton database. */
  | 'damaged'
  /** The database inside is larger than allowed. */
  | 'too_large'
  /** The file, or the folder that it should go to, cannot be used. */
  | 'unusable_path'
  /** The temporary folder cannot be used, or is full. */
  | 'temporary_storage';

/** A failure that concerns a .c1z file. The text is for the operator and names the file. */
export class C1zError extends Error {
  readonly reason: C1zErrorReason;

  constructor(reason: C1zErrorReason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'C1zError';
    this.reason = reason;
  }
}
