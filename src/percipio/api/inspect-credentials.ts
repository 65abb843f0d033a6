// Checks credentials without asking Percipio: the form and the expiry of a token, and the form of an organization id.
import { z } from 'zod';

export interface TokenInspection {
  /** Why the token cannot be sent, and what to do; absent if it can. Never quotes the token. */
  readonly problem: string | undefined;
  /** Why Percipio may reject the token, and what to do: its form, or its expiry. Never quotes the token. */
  readonly hint: string | undefined;
  readonly hasExpired: boolean;
  /** Absent if the token has none or is unreadable. */
  readonly expiresAt: Date | undefined;
  /** Days until then, rounded down; negative after it. */
  readonly daysLeft: number | undefined;
}

const dayMs = 24 * 60 * 60 * 1000;

const whereFrom = 'copy the complete bearer token of the Percipio service account, without the word Bearer';

const nothing: TokenInspection = {
  problem: undefined,
  hint: undefined,
  hasExpired: false,
  expiresAt: undefined,
  daysLeft: undefined,
};

const headerSchema = z.looseObject({});
const payloadSchema = z.looseObject({ exp: z.number().nullish() });

/**
 * Checks the form and the expiry of a token. Only Percipio can check the signature. Its tokens are JWTs today, which is
 * not a promise: another form is only a hint. So is the expiry: the clock of this machine may be wrong.
 * @param now - The present time.
 */
export function inspectToken(token: string, now: Date): TokenInspection {
  const text = token.trim();
  if (text === '') return { ...nothing, problem: `the API token is empty: ${whereFrom}` };
  if (/\s/.test(text)) return { ...nothing, problem: `the API token contains white space: ${whereFrom}` };
  const parts = text.split('.');
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+=*$/.test(part))) {
    return unusual('the API token is not a JWT (three base64url parts separated by dots)');
  }
  const header = decodePart(parts[0], headerSchema);
  const payload = decodePart(parts[1], payloadSchema);
  if (header === undefined || payload === undefined) {
    return unusual('the API token looks like a JWT, but its header or payload is unreadable; it may be incomplete');
  }
  if (payload.exp === undefined || payload.exp === null) {
    return nothing;
  }
  const expiresAt = new Date(payload.exp * 1000);
  if (Number.isNaN(expiresAt.getTime())) return unusual('the API token has an invalid expiry');
  const leftMs = expiresAt.getTime() - now.getTime();
  const hasExpired = leftMs <= 0;
  const hint = hasExpired ? describeExpiry(expiresAt, -leftMs) : undefined;
  return { problem: undefined, hint, hasExpired, expiresAt, daysLeft: Math.floor(leftMs / dayMs) };
}

function describeExpiry(expiresAt: Date, agoMs: number): string {
  const days = Math.floor(agoMs / dayMs);
  const ago = days === 0 ? 'today' : days === 1 ? '1 day ago' : `${days} days ago`;
  const moment = expiresAt.toISOString().replace(/\.\d+Z$/, 'Z');
  return `the API token expired ${ago} (${moment}): get a new token for the Percipio service account`;
}

function unusual(form: string): TokenInspection {
  return { ...nothing, hint: `${form}: ${whereFrom}` };
}

function decodePart<Schema extends z.ZodType>(part: string | undefined, schema: Schema): z.output<Schema> | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(Buffer.from(part ?? '', 'base64url').toString()));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with the id and what to do; undefined if it has the form of a UUID. */
export function inspectOrganizationId(organizationId: string): string | undefined {
  const id = organizationId.trim();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return undefined;
  const what = id === '' ? 'is empty' : `is not a UUID: ${JSON.stringify(id.slice(0, 60))}`;
  return `the organization id ${what}; Percipio shows it next to the service account, as 8-4-4-4-12 hexadecimal digits`;
}
