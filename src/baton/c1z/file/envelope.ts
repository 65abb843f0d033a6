// The envelope of a .c1z file: five bytes that name the format, then the SQLite database as a zstd stream.

/** The first bytes of a .c1z file in the v1 format. */
export const c1zMagic = Buffer.from('C1ZF\0', 'latin1');

/** The first bytes of a file in the v3 format (Pebble), which Go programs on baton-sdk ≥ 0.25 write by default. */
export const pebbleMagic = Buffer.from('C1Z3\0', 'latin1');

/** The size of the chunks that pass through zstd. */
export const chunkBytes = 256 * 1024;
