// What can be told about a token without asking Percipio: its form, and when it expires.
import { z } from 'zod';

export interface TokenInspection {
  /** What is wrong with the token and what to do, for a person; absent when nothing is. Never quotes the token. */
  readonly problem: string | undefined;
  /** Absent, when the token has none, or cannot be read. */
  readonly expiresAt: Date | undefined;
  /** Whole days until then, rounded down; negative when that is past. */
  readonly daysLeft: number | undefined;
}

const dayMs = 24 * 60 * 60 * 1000;

const whereFrom = 'copy the whole bearer token of the Percipio service account, without the word Bearer';

const headerSchema = z.looseObject({});
const payloadSchema = z.looseObject({ exp: z.number().nullish() });

/**
 * Looks at the form and the expiry of a token. The signature is not checked: Percipio alone can do that.
 * @param now - The present time.
 */
export function inspectToken(token: string, now: Date): TokenInspection {
  const text = token.trim();
  if (text === '') return unusable('the API token is empty');
  if (/^bearer\s/i.test(text)) return unusable('the API token begins with the word Bearer');
  if (/\s/.test(text)) return unusable('the API token has white space in it');
  const parts = text.split('.');
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+=*$/.test(part))) {
    return unusable('the API token is not a JWT (three base64url parts with dots between them)');
  }
  const header = decodePart(parts[0], headerSchema);
  const payload = decodePart(parts[1], payloadSchema);
  if (header === undefined || payload === undefined) {
    return unusable('the API token looks like a JWT, but its header or payload cannot be read; a part may be missing');
  }
  if (payload.exp === undefined || payload.exp === null) {
    return { problem: undefined, expiresAt: undefined, daysLeft: undefined };
  }
  const expiresAt = new Date(payload.exp * 1000);
  if (Number.isNaN(expiresAt.getTime())) return unusable('the API token has an expiry that is no point in time');
  const leftMs = expiresAt.getTime() - now.getTime();
  const daysLeft = Math.floor(leftMs / dayMs);
  return { problem: leftMs > 0 ? undefined : describeExpiry(expiresAt, -leftMs), expiresAt, daysLeft };
}

function describeExpiry(expiresAt: Date, agoMs: number): string {
  const days = Math.floor(agoMs / dayMs);
  const ago = days === 0 ? 'today' : days === 1 ? '1 day ago' : `${days} days ago`;
  const moment = expiresAt.toISOString().replace(/\.\d+Z$/, 'Z');
  return `the API token expired ${ago} (${moment}): get a new token for the Percipio service account`;
}

function unusable(problem: string): TokenInspection {
  return { problem: `${problem}: ${whereFrom}`, expiresAt: undefined, daysLeft: undefined };
}

function decodePart<Schema extends z.ZodType>(part: string | undefined, schema: Schema): z.output<Schema> | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(Buffer.from(part ?? '', 'base64url').toString()));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
