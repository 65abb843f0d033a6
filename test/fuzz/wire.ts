// Requests on the wire, over gRPC and as JSON over HTTP: each is answered with a status that is meant for it, and the server
// goes on.
import assert from 'node:assert/strict';
import type { ClientHttp2Session } from 'node:http2';
import { type DescMethod, fromBinary, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { Code, createClient, type Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import fc from 'fast-check';
import pino from 'pino';
import { request as sendRequest } from 'undici';
import { ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import { Health } from '#gen/grpc/health/v1/health_pb.js';
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.js';
import { annotationRegistry } from '../../src/baton/messages/annotation-registry.ts';
import { startHttpServer } from '../../src/baton/server/http/http-server.ts';
import { formatListenAddress } from '../../src/baton/server/listen-address.ts';
import { startTestServer } from '../baton/server/test-server.ts';
import { connectorServices } from '../contract/limits.ts';
import type { Lifetime } from '../lifetime.ts';
import { startConnector } from '../percipio/start-connector.ts';
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { byteEdits, editBytes, editJson, type Json, jsonEdits } from './edits.ts';
import { defineArea } from './fuzz-area.ts';
import { type MessageValues, randomMessage } from './random-message.ts';
import { assertNoSecret } from './secrets.ts';

const connectorMethods: readonly DescMethod[] = connectorServices.flatMap(({ methods }): DescMethod[] => [...methods]);
/** Others need frames. */
const unaryMethods = connectorMethods.filter(({ methodKind }) => methodKind === 'unary');
/** Without `Watch`, which does not end. */
const grpcMethods: readonly DescMethod[] = [
  ...connectorMethods,
  Health.method.check,
  ServerReflection.method.serverReflectionInfo,
];

const method = fc.nat(1000);
const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** Starts the connector, and the texts that it knows. */
async function startServices(t: Lifetime) {
  const simulator = await startSimulator(t, { users: 20, courses: 20, activityRows: 100, ...READY_AT_ONCE });
  const { services } = startConnector(t, simulator, { provisioning: true });
  const { users, courses } = simulator.data;
  const [user, course] = [users[0]?.id ?? '', courses[0]?.id ?? ''];
  const values: MessageValues = {
    texts: [
      ...['user', 'course', 'role', 'LEARNER', 'ADMIN', user, users[1]?.id ?? '', course, users[2]?.email ?? ''],
      ...['role:ADMIN:assigned', `course:${course}:completed`, `role:ADMIN:assigned:user:${user}`],
      ...['percipio_user_changes', 'percipio_course_activity', 'enable_user', 'disable_user', 'user_id', 'x'],
    ],
  };
  return { simulator, services, values };
}

async function assertAlive(transport: Transport): Promise<void> {
  const { list } = await createClient(ResourceTypesService, transport).listResourceTypes({});
  assert.equal(list.length, 3);
}

interface GrpcAnswer {
  readonly httpStatus: number | undefined;
  /** Undefined if the stream was reset, or the response is not gRPC's. */
  readonly code: number | undefined;
  readonly message: string;
}

function callGrpc(http2: ClientHttp2Session, headers: Record<string, string>, body: Buffer): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const stream = http2.request(headers);
    let [httpStatus, code, message]: [number | undefined, number | undefined, string] = [undefined, undefined, ''];
    const read = (fields: Record<string, unknown>) => {
      if (fields[':status'] !== undefined) httpStatus = Number(fields[':status']);
      if (fields['grpc-status'] !== undefined) code = Number(fields['grpc-status']);
      if (typeof fields['grpc-message'] === 'string') message = decodeURIComponent(fields['grpc-message']);
    };
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('error', () => {});
    stream.on('close', () => resolve({ httpStatus, code, message }));
    stream.setTimeout(30_000, () => reject(new Error('the server does not answer')));
    stream.resume();
    stream.end(body);
  });
}

function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Whether bytes are messages in frames, without compression. */
function areMessages({ input, methodKind }: DescMethod, bytes: Buffer): boolean {
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length < at + 5 || bytes[at] !== 0) return false;
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) return false;
    messages.push(bytes.subarray(at + 5, end));
    at = end;
  }
  const isUnary = methodKind === 'unary' || methodKind === 'server_streaming';
  if (isUnary && messages.length !== 1) return false;
  try {
    for (const message of messages) fromBinary(input, message);
    return true;
  } catch {
    return false;
  }
}

const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.constantFrom<Record<string, string>>(
  ...Array<Record<string, string>>(60).fill({}),
  ...['application/grpc+json', 'application/json', 'text/plain', ''].map((type) => ({ 'content-type': type })),
  ...['0m', '1H', '99999999S', '-1S', '1', 'x', ''].map((timeout) => ({ 'grpc-timeout': timeout })),
  ...['identity', 'gzip', 'deflate', 'x'].map((encoding) => ({ 'grpc-encoding': encoding })),
  { 'grpc-accept-encoding': 'x,gzip' },
  { 'x-bin': '!' },
  { 'long-header': 'x'.repeat(10_000) },
);

const wirePieces = [
  '\u0000',
  '\u0001',
  '\u007f',
  '\u0000\u0000\u0000\u0000\u0000',
  '\n',
  '\u0012\u0004user',
  'é',
  '\u00ff',
];

export const grpcArea = defineArea({
  name: 'grpc',
  about: 'gRPC requests: messages, their bytes, headers',
  inputs: fc.record({
    method,
    seed,
    path: fc.oneof(
      { weight: 30, arbitrary: fc.constant(null) },
      fc.constantFrom('', '/', '/x', '/c1.connector.v2.GrantsService/No', '//'),
    ),
    headers: oddHeaders,
    edits: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, byteEdits(wirePieces, 2)),
  }),
  outcomes: ['answered', 'refused', 'malformed'],
  shortRuns: 100,
  async start(t) {
    const { simulator, services, values } = await startServices(t);
    const { http2, transport, lines } = await startTestServer(t, services);
    return async (input) => {
      const desc = grpcMethods[input.method % grpcMethods.length] as DescMethod;
      const message = toBinary(desc.input, randomMessage(desc.input, input.seed, values));
      const body = editBytes(frame(message), input.edits);
      const path = input.path ?? `/${desc.parent.typeName}/${desc.name}`;
      const standard = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };
      lines.length = 0;
      const answer = await callGrpc(http2, { ...standard, ':path': path, ...input.headers }, body);
      await assertAlive(transport);
      assertNoSecret(answer.message + JSON.stringify(lines), [simulator.token]);
      const isWellFormed = input.path === null && Object.keys(input.headers).length === 0 && areMessages(desc, body);
      if (!isWellFormed) {
        assert.ok(answer.code !== Code.Unknown || noTickets.test(answer.message), answer.message);
        return answer.code === 0 ? 'answered' : 'malformed';
      }
      assert.equal(answer.httpStatus, 200);
      assertExpected(answer.code, answer.message);
      return answer.code === 0 ? 'answered' : 'refused';
    };
  },
});

/** UNKNOWN, as the Go SDK answers. */
const noTickets = /ticketing is not enabled/;

/** @throws if a valid request fails with what only a fault of the program explains. */
function assertExpected(code: Code | 0 | undefined, message: string): void {
  assert.ok(code !== undefined, 'no status');
  const unexpected: number[] = [Code.Unknown, Code.Internal, Code.DataLoss, Code.Aborted];
  assert.ok(!unexpected.includes(code) || noTickets.test(message), `${Code[code]}: ${message}`);
}

/** The codes of Connect by their names on the wire. */
const codesByName = new Map(
  Object.entries(Code)
    .filter((entry): entry is [string, Code] => typeof entry[1] === 'number')
    .map(([name, code]) => [name.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase(), code]),
);

const jsonPieces = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '\\',
  'null',
  '1e999',
  '"@type":""',
  '\\ud800',
  '\u0000',
  '__proto__',
];

export const connectArea = defineArea({
  name: 'connect',
  about: 'requests as JSON over HTTP',
  inputs: fc.record({
    method,
    seed,
    json: fc.oneof(fc.constant([]), jsonEdits(2)),
    bytes: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, byteEdits(jsonPieces, 2)),
    headers: fc.constantFrom<Record<string, string>>(
      ...Array<Record<string, string>>(30).fill({}),
      { 'content-type': 'application/json; charset=utf-8' },
      { 'content-type': 'application/proto' },
      { 'content-type': 'application/connect+json' },
      { 'content-type': 'text/plain' },
      { 'content-encoding': 'gzip' },
      { 'connect-timeout-ms': '-1' },
      { 'connect-timeout-ms': '99999999999' },
      { 'connect-protocol-version': '2' },
    ),
  }),
  outcomes: ['answered', 'refused', 'malformed'],
  shortRuns: 100,
  async start(t) {
    const { simulator, services, values } = await startServices(t);
    const lines: string[] = [];
    const server = await startHttpServer({
      services,
      listen: { host: '127.0.0.1', port: 0 },
      logger: pino({ level: 'trace' }, { write: (line) => void lines.push(line) }),
      drainTimeoutMs: 1000,
    });
    t.after(() => server.drain());
    const baseUrl = `http://${formatListenAddress(server.address)}`;
    const transport = createConnectTransport({ baseUrl, httpVersion: '1.1' });
    return async (input) => {
      const desc = unaryMethods[input.method % unaryMethods.length] as DescMethod;
      const json = editJson(asJson(desc, input.seed, values), input.json);
      const body = editBytes(Buffer.from(JSON.stringify(json)), input.bytes);
      lines.length = 0;
      const answer = await sendRequest(`${baseUrl}/${desc.parent.typeName}/${desc.name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...input.headers },
        body,
      });
      const text = await answer.body.text();
      await assertAlive(transport);
      assertNoSecret(text + lines.join(''), [simulator.token]);
      if (answer.statusCode === 200) return 'answered';
      if (Object.keys(input.headers).length > 0) {
        // As gRPC has it, a message that cannot be decoded is INTERNAL.
        assert.ok(
          answer.statusCode !== 500 || /parse binary/.test(text) || noTickets.test(text),
          `${answer.statusCode}: ${text}`,
        );
        return 'malformed';
      }
      const { code, message } = JSON.parse(text) as { code: string; message?: string };
      assertExpected(codesByName.get(code), message ?? '');
      return 'refused';
    };
  },
});

/** The JSON of a message. Some have none: they hold what JSON cannot have. */
function asJson(desc: DescMethod, firstSeed: number, values: MessageValues): Json {
  for (let seed = firstSeed; ; seed += 1) {
    try {
      const json: JsonValue = toJson(desc.input, randomMessage(desc.input, seed, values), {
        registry: annotationRegistry,
      });
      return json;
    } catch {}
  }
}
