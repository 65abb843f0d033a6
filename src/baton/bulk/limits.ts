// The bounds of a file of changes. Who needs more splits the file.

/** In bytes. */
export const fileBytesMax = 16 * 1024 * 1024;
export const rowsMax = 100_000;
/** Of one row, in characters. */
export const rowLengthMax = 64 * 1024;
/** How many faults of a file are listed. */
export const faultsShown = 50;
