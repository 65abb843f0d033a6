// Short descriptions of calls and responses, for readers of a failed check.
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type JsonValue,
  type MessageInitShape,
  toJson,
} from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { ConnectError } from '@connectrpc/connect';
import type { ResourceId } from '#gen/c1/connector/v2/resource_pb.js';
import { codeName } from '../author/code.ts';

const textLengthMax = 300;
const valueLengthMax = 60;

/** Fields that do not identify what was requested. Profiles and names are personal data. */
const leftOut = new Set([
  'annotations',
  'profile',
  'displayName',
  'description',
  'status',
  'icon',
  'createdAt',
  'grantableTo',
]);

/** `ListGrants {"resource":"book b1","pageSize":1}`: only the ids of the request. */
export function describeRequest<Input extends DescMessage, Output extends DescMessage>(
  { name, input }: DescMethodUnary<Input, Output>,
  request: MessageInitShape<Input>,
): string {
  const message = create(input, request) as Record<string, unknown>;
  // On a request, the presence of an annotation changes its meaning.
  const annotations = (message.annotations ?? []) as Any[];
  const fields = shorten(toJson(input, withoutAnnotations(message) as never));
  const names = annotations.map(({ typeUrl }) => typeUrl.slice(typeUrl.lastIndexOf('.') + 1));
  const shown = { ...(fields as object), ...(names.length > 0 && { annotations: names }) };
  return cut(`${name} ${JSON.stringify(shown)}`, textLengthMax);
}

/** `INVALID_ARGUMENT: page_size must be …`. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof ConnectError)) {
    return error instanceof Error ? error.message : String(error);
  }
  return cut(`${codeName(error.code)}: ${error.rawMessage}`, textLengthMax);
}

/** `book b1`. */
export function describeResource(id: ResourceId | undefined): string {
  return id ? cut(`${id.resourceType} ${id.resource}`, 2 * valueLengthMax) : 'a resource without an id';
}

/** A possibly long or malformed text, in quotes. */
export function quote(text: string): string {
  const bytes = Buffer.byteLength(text);
  return bytes <= 2 * valueLengthMax
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, valueLengthMax).toWellFormed())}… (${bytes} bytes)`;
}

/** A message without its annotations at any depth, which JSON may not be able to represent. */
function withoutAnnotations(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutAnnotations);
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, name === 'annotations' ? [] : withoutAnnotations(field)]),
  );
}

function shorten(value: JsonValue): JsonValue {
  if (typeof value === 'string') {
    return value.length <= valueLengthMax
      ? value
      : `${value.slice(0, 20).toWellFormed()}… (${Buffer.byteLength(value)} bytes)`;
  }
  if (Array.isArray(value)) {
    return value.map(shorten);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (typeof value.resourceType === 'string' || typeof value.resource === 'string') {
    return shorten(`${value.resourceType ?? ''} ${value.resource ?? ''}`);
  }
  const { id } = value;
  if (typeof id === 'object' && id !== null) {
    return shorten(id);
  }
  const fields = Object.entries(value).filter(([name]) => !leftOut.has(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, shorten(field)]));
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax).toWellFormed()}…`;
}
