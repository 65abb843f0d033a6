// The id of a finished action. It contains the outcome, so that any process can report it.
import { createHash, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { JsonObject } from '@bufbuild/protobuf';
import { z } from 'zod';

/** How an action ended. */
export interface ActionOutcome {
  readonly name: string;
  readonly isDone: boolean;
  /** What the caller was answered: return values, or `error`. */
  readonly response: JsonObject;
}

/** Of this format. Another format gets another prefix. */
const prefix = 'a1.';

/**
 * The contract does not limit these ids (Go's have 27 characters, and its tasks accept any text). This is its limit for
 * the cursors of events, the shortest limit for any text that comes back to a connector.
 */
const idLengthMax = 4096;

/** Distinguishes runs with the same outcome: callers expect unique ids. */
const uniqueBytes = 9;
const checkBytes = 6;

/** A genuine id inflates to no more than this. */
const contentBytesMax = 1024 * 1024;

/** An error message is cut to this length if the id would be too long. */
const errorLengthKept = 1000;

const content = z.tuple([z.string(), z.boolean(), z.record(z.string(), z.json())]);

/**
 * Encodes an outcome. One that is too large is reduced to success and error; the response to the call itself has all of
 * it.
 */
export function encodeActionId(outcome: ActionOutcome): string {
  const id = pack(outcome);
  if (id.length <= idLengthMax) return id;
  const { isDone, response } = outcome;
  const error = typeof response.error === 'string' ? response.error.slice(0, errorLengthKept) : undefined;
  return pack({ ...outcome, response: { success: isDone, ...(error !== undefined && { error }) } });
}

/** Decodes an id; undefined for a text that is not a complete id. */
export function decodeActionId(id: string): ActionOutcome | undefined {
  if (!id.startsWith(prefix) || id.length > idLengthMax) return undefined;
  const bytes = Buffer.from(id.slice(prefix.length), 'base64url');
  const checked = bytes.subarray(checkBytes);
  if (prefix + bytes.toString('base64url') !== id || !checkOf(checked).equals(bytes.subarray(0, checkBytes))) {
    return undefined;
  }
  try {
    const json = inflateRawSync(checked.subarray(uniqueBytes), { maxOutputLength: contentBytesMax }).toString('utf8');
    const [name, isDone, response] = content.parse(JSON.parse(json));
    return { name, isDone, response };
  } catch {
    return undefined;
  }
}

function pack({ name, isDone, response }: ActionOutcome): string {
  const json = JSON.stringify([name, isDone, response]);
  const checked = Buffer.concat([randomBytes(uniqueBytes), deflateRawSync(json, { level: 9 })]);
  return prefix + Buffer.concat([checkOf(checked), checked]).toString('base64url');
}

/**
 * Guards against truncated or modified ids, not against forgery: a forged id only returns what its author put into it,
 * and a key would have to be shared by all replicas and outlive them.
 */
function checkOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, checkBytes);
}
