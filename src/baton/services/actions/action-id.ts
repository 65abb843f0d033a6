// The id of an action that has ended. It carries the outcome, so that any process can tell it from the id alone.
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

/** Of this format. Another one gets another prefix. */
const prefix = 'a1.';

/**
 * Nothing in the contract limits these ids (Go's have 27 characters, and its tasks take any text). This is what it
 * allows for the shortest of the texts that come back to a connector, the cursors of events.
 */
const idLengthMax = 4096;

/** Tells two runs with the same outcome apart: callers take ids for unique. */
const uniqueBytes = 9;
const checkBytes = 6;

/** An id that is short enough inflates to no more than this, unless somebody made it up. */
const contentBytesMax = 1024 * 1024;

/** What is kept of an error text where all of it would make the id too long. */
const errorLengthKept = 1000;

const content = z.tuple([z.string(), z.boolean(), z.record(z.string(), z.json())]);

/**
 * Makes the id. An outcome that is too large for it is cut down to whether it was done and why not; the answer to the
 * call itself has all of it.
 */
export function encodeActionId(outcome: ActionOutcome): string {
  const id = pack(outcome);
  if (id.length <= idLengthMax) return id;
  const { isDone, response } = outcome;
  const error = typeof response.error === 'string' ? response.error.slice(0, errorLengthKept) : undefined;
  return pack({ ...outcome, response: { success: isDone, ...(error !== undefined && { error }) } });
}

/** Reads an id. Nothing comes of a text that is none, or not a whole one. */
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
 * Guards against ids that were cut or changed on their way, not against forgery: whoever makes one up is told what he
 * wrote himself, and a key would have to be known to all replicas and survive them.
 */
function checkOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, checkBytes);
}
