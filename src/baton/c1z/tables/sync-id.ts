// Creates the id of a sync run: a KSUID, as in the Go SDK.
import { randomBytes } from 'node:crypto';

/** Seconds between the Unix epoch and the epoch of KSUIDs. */
const ksuidEpochSeconds = 1_400_000_000;
/** In byte order, so that ids sort by time. */
const base62Digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ksuidLength = 27;

/**
 * Creates the id of a new sync run: 4 bytes of time in seconds and 16 random bytes as 27 base62 characters. Ids from
 * different seconds sort by time.
 */
export function createSyncId(now = new Date()): string {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32BE(Math.floor(now.getTime() / 1000) - ksuidEpochSeconds);
  randomBytes(16).copy(bytes, 4);

  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let id = '';
  for (let i = 0; i < ksuidLength; i++) {
    id = base62Digits.charAt(Number(rest % 62n)) + id;
    rest /= 62n;
  }
  return id;
}
