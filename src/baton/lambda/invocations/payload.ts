// The payload of an invocation: a call as ConductorOne sends it, and the response to it. There are two encodings: frames
// (protobuf in base64 in JSON), and the older protobuf-JSON. A response has the encoding of its request.
import { fromBinary, fromJson, type JsonValue, type Registry, toBinary, toJson } from '@bufbuild/protobuf';
import { type Request, RequestSchema, type Response, ResponseSchema } from '#gen/c1/transport/v1/transport_pb.js';

/** A call, and how it was encoded. */
export interface Payload {
  readonly request: Request;
  readonly encoding: 'frame' | 'json';
}

/** A payload that holds no call. It shows nothing of the payload. */
export class UnreadablePayloadError extends Error {
  override readonly name = 'UnreadablePayloadError';
}

const frameVersion = 2;

/** Standard base64 with padding. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads a payload (pkg/lambda/grpc of baton-sdk v0.25.0). With a frame, everything else in the payload is ignored: newer
 * callers send both encodings.
 * @param types - All types that may be packed in a call. Frames need none.
 * @throws UnreadablePayloadError
 */
export async function readPayload(bytes: Buffer, types: () => Promise<Registry>): Promise<Payload> {
  const json = parse(bytes);
  if (!isObject(json)) return { request: fromJson(RequestSchema, {}), encoding: 'json' };
  const { frame, v } = json;
  if (typeof frame === 'string' && frame !== '' && base64.test(frame)) {
    if (v !== frameVersion) throw new UnreadablePayloadError(`the payload has a frame of an unsupported version`);
    return { request: readFrame(frame), encoding: 'frame' };
  }
  return { request: readJson(json, await types()), encoding: 'json' };
}

/** @throws Error when the response holds a message of a type that is not in `types`, and must be JSON. */
export async function writePayload(
  response: Response,
  encoding: Payload['encoding'],
  types: () => Promise<Registry>,
): Promise<string> {
  if (encoding === 'json') return JSON.stringify(toJson(ResponseSchema, response, { registry: await types() }));
  const frame = Buffer.from(toBinary(ResponseSchema, response)).toString('base64');
  return JSON.stringify({ v: frameVersion, frame });
}

function parse(bytes: Buffer): JsonValue {
  try {
    return JSON.parse(bytes.toString('utf8')) as JsonValue;
  } catch {
    // The parser quotes what it read.
    throw new UnreadablePayloadError('the payload is not JSON');
  }
}

function readFrame(frame: string): Request {
  try {
    return fromBinary(RequestSchema, Buffer.from(frame, 'base64'));
  } catch {
    throw new UnreadablePayloadError('the frame of the payload is not a c1.transport.v1.Request');
  }
}

function readJson(json: JsonObject, types: Registry): Request {
  const options = { registry: types, ignoreUnknownFields: true };
  try {
    return fromJson(RequestSchema, json, options);
  } catch {
    // An annotation that this version does not know must not fail the call.
  }
  try {
    return fromJson(RequestSchema, dropUnknownAnnotations(json, types), options);
  } catch {
    throw new UnreadablePayloadError('the payload is not a c1.transport.v1.Request');
  }
}

type JsonObject = { [name: string]: JsonValue };

/**
 * Removes from all arrays with the name `annotations` what is not a message of a known type. An array in which nothing
 * names a type is left alone: it may be a field of the application.
 */
function dropUnknownAnnotations<Value extends JsonValue>(json: Value, types: Registry): Value {
  return JSON.parse(JSON.stringify(json), (name, value: JsonValue) =>
    name === 'annotations' && Array.isArray(value) && value.some((item) => typeUrlOf(item) !== undefined)
      ? value.filter((item) => isOfKnownType(item, types))
      : value,
  ) as Value;
}

function isOfKnownType(item: JsonValue, types: Registry): boolean {
  const typeUrl = typeUrlOf(item);
  return typeUrl !== undefined && types.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1)) !== undefined;
}

function typeUrlOf(item: JsonValue): string | undefined {
  const typeUrl = isObject(item) ? item['@type'] : undefined;
  return typeof typeUrl === 'string' ? typeUrl : undefined;
}

function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
