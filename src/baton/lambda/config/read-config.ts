// The config of a hosted connector: encrypted for this process, it holds the values of settings by their names.
import type { KeyObject } from 'node:crypto';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { Field } from '../../config/field.ts';
import type { RawValue, RawValues } from '../../config/raw-value.ts';
import { decryptAgeFile } from '../../credentials/age-encryption.ts';
import { sshEd25519Identity } from '../../credentials/age-ssh-ed25519.ts';

/** A config of this size has been tampered with: it holds a few settings. */
const configBytesMax = 4 * 1024 * 1024;

/**
 * Decrypts a config (pkg/lambda/grpc/config of baton-sdk v0.25.0).
 * @param key - The DPoP key of this process.
 * @throws ServiceError FAILED_PRECONDITION; it shows nothing of the config
 */
export async function decryptConfig(encrypted: Uint8Array, key: KeyObject): Promise<Record<string, unknown>> {
  if (encrypted.length > configBytesMax) throw unusable(`has more than ${configBytesMax} bytes`);
  let text: string;
  try {
    text = Buffer.from(await decryptAgeFile(sshEd25519Identity(key), encrypted)).toString('utf8');
  } catch (cause) {
    throw unusable('cannot be decrypted with the key of this process', cause);
  }
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch {
    // The parser quotes what it read.
  }
  throw unusable('is not a JSON object');
}

/**
 * The values of the known fields, whose names are matched without regard to case, as in Go. A member that is null counts
 * as not set.
 * @returns Also the names of the other members, which are ignored.
 */
export function readConfigValues(
  config: Readonly<Record<string, unknown>>,
  fields: readonly Field[],
): { readonly values: RawValues; readonly unknown: readonly string[] } {
  const known = new Map(fields.map((field) => [field.name.toLowerCase(), field]));
  const values = new Map<string, RawValue>();
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(config)) {
    const field = known.get(name.toLowerCase());
    if (!field) unknown.push(name);
    else if (value !== null) {
      values.set(field.name, { source: 'hosted', text: toText(value), place: `config of ConductorOne, ${name}` });
    }
  }
  return { values, unknown };
}

/** Undefined for what is neither a value nor a list of values. */
function toText(value: unknown): string | readonly string[] | undefined {
  if (Array.isArray(value)) {
    const items = value.map(toText);
    return items.every((item) => typeof item === 'string') ? items : undefined;
  }
  return typeof value === 'object' ? undefined : String(value);
}

function unusable(fault: string, cause?: unknown): ServiceError {
  return new ServiceError(Code.FailedPrecondition, `the config from ConductorOne ${fault}`, {
    reason: 'unusable_hosted_config',
    cause,
  });
}
