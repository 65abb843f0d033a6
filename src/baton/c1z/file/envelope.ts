// The outside of a .c1z file: five bytes that name the format, then a zstd stream of the SQLite database.

/** How a .c1z file in the v1 format begins. */
export const c1zMagic = Buffer.from('C1ZF\0', 'latin1');

/** How a file in the v3 format (Pebble) begins, which Go programs on baton-sdk ≥ 0.25 write by default. */
export const pebbleMagic = Buffer.from('C1Z3\0', 'latin1');

/** How much goes through zstd at a time. */
export const chunkBytes = 256 * 1024;
