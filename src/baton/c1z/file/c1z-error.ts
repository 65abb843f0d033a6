// The error for everything that concerns a .c1z file.

/** What went wrong, as a stable word. The message may change; this must not. */
export type C1zErrorReason =
  /** The bytes are not a .c1z file. */
  | 'not_a_c1z'
  /** A file in the v3 (Pebble) format, which this program does not read. */
  | 'pebble_format'
  /** A .c1z file that is truncated or damaged, or does not contain a Baton database. */
  | 'damaged'
  /** The database in the file is larger than allowed. */
  | 'too_large'
  /** The file, or its folder, cannot be used. */
  | 'unusable_path'
  /** Another sync writes the file. */
  | 'file_locked'
  /** Another program changed the file while it was open. */
  | 'file_changed'
  /** The temporary folder cannot be used or is full. */
  | 'temporary_storage';

/** A failure that concerns a .c1z file. The message is for the operator: it names the file and says what to do. */
export class C1zError extends Error {
  readonly reason: C1zErrorReason;

  constructor(reason: C1zErrorReason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'C1zError';
    this.reason = reason;
  }
}
