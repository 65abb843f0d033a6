import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import { ServiceError } from '../../../../src/baton/author/service-error.ts';
import { internalErrorText } from '../../../../src/baton/author/unexpected-error.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { echoClients } from '../echo-clients.ts';
import { EchoService } from '../echo-service.ts';
import { failureOf } from '../failure-of.ts';
import { startTestServer } from '../test-server.ts';

const echo = serviceEntry(EchoService, {
  one: ({ value }) => ({ value: value.toUpperCase() }),
  async *many({ value }) {
    for (const letter of value) {
      yield { value: letter };
    }
  },
  async collect(requests) {
    const texts: string[] = [];
    for await (const { value } of requests) {
      texts.push(value);
    }
    return { value: texts.join('+') };
  },
  async *chat(requests) {
    for await (const { value } of requests) {
      yield { value: `${value}?` };
      yield { value: `${value}!` };
    }
  },
});

/** Sends back what came as metadata. */
const mirror = serviceEntry(EchoService, {
  one: (_request, context) => {
    mirrorMetadata(context);
    return {};
  },
  async *many(_request, context) {
    mirrorMetadata(context);
    yield {};
  },
  collect: async (_requests, context) => {
    mirrorMetadata(context);
    return {};
  },
  async *chat(_requests, context) {
    mirrorMetadata(context);
    yield {};
  },
});

function mirrorMetadata({ requestHeader, responseHeader, responseTrailer }: HandlerContext): void {
  responseHeader.set('x-said', requestHeader.get('x-say') ?? '');
  responseTrailer.set('x-bytes-bin', requestHeader.get('x-bytes-bin') ?? '');
}

const kinds = ['one', 'many', 'collect', 'chat'] as const;

for (const [clientName, createEchoClient] of Object.entries(echoClients)) {
  suite(`a ${clientName} client`, () => {
    test('gets the answers of all four kinds of method', async (t) => {
      const client = createEchoClient(await startTestServer(t, [echo]));
      const answers = await Promise.all([
        client.one(['hej']),
        client.many(['hej']),
        client.collect(['h', 'e', 'j']),
        client.chat(['a', 'b']),
      ]);
      assert.deepEqual(
        answers.map(({ texts }) => texts),
        [['HEJ'], ['h', 'e', 'j'], ['h+e+j'], ['a?', 'a!', 'b?', 'b!']],
      );
    });

    test('gets an empty stream as such', async (t) => {
      const client = createEchoClient(await startTestServer(t, [echo]));
      assert.deepEqual((await client.many([''])).texts, []);
      assert.deepEqual((await client.chat([])).texts, []);
    });

    for (const kind of kinds) {
      test(`${kind}: metadata goes both ways, binary values too`, async (t) => {
        const client = createEchoClient(await startTestServer(t, [mirror]));
        const bytes = Buffer.from([0, 255, 7]);
        const headers = new Headers({ 'x-say': 'hej', 'x-bytes-bin': bytes.toString('base64') });
        const reply = await client[kind](['a'], { headers });
        assert.equal(reply.headers.get('x-said'), 'hej');
        assert.deepEqual(Buffer.from(reply.trailers.get('x-bytes-bin') ?? '', 'base64'), bytes);
      });

      test(`${kind}: gets code, text, details and metadata of an error that was meant for it`, async (t) => {
        const value = { fieldViolations: [{ field: 'value', description: 'too loud' }] };
        const entry = entryOf(() => {
          const error = new ServiceError(Code.FailedPrecondition, '100 % “no” – try\nlater', {
            reason: 'quiet_please',
            details: [{ desc: BadRequestSchema, value }],
            cause: new Error('s3cret'),
          });
          ConnectError.from(error).metadata.set('x-why', 'because');
          return error;
        });
        const client = createEchoClient(await startTestServer(t, [entry]));
        const error = await failureOf(client[kind](['a']));
        assert.equal(error.code, Code.FailedPrecondition);
        assert.equal(error.rawMessage, '100 % “no” – try\nlater');
        assert.equal(error.metadata.get('x-why'), 'because');
        assert.equal(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.description, 'too loud');
      });

      test(`${kind}: is told nothing of an error that was not meant for it, which is logged in full`, async (t) => {
        const entry = entryOf(() => new TypeError('s3cret', { cause: new Error('deeper') }));
        const server = await startTestServer(t, [entry]);
        const error = await failureOf(createEchoClient(server)[kind](['a']));
        assert.equal(error.code, Code.Internal);
        assert.equal(error.rawMessage, internalErrorText);
        assert.equal(JSON.stringify([...error.metadata]).includes('s3cret'), false);

        const [line] = server.lines.filter(({ level }) => level >= 50);
        assert.equal(line?.code, 'Internal');
        assert.equal(line?.error, 's3cret: deeper');
        assert.match(String(line?.stack), /method-kinds\.test\.ts.*caused by Error: deeper/s);
      });

      test(`${kind}: gets UNIMPLEMENTED where the service does not implement it`, async (t) => {
        const client = createEchoClient(await startTestServer(t, [serviceEntry(EchoService, {})]));
        const error = await failureOf(client[kind](['a']));
        assert.equal(error.code, Code.Unimplemented);
        assert.match(error.rawMessage, /test\.EchoService/);
      });
    }

    test('gets the answer of a service that has not read all requests', async (t) => {
      const entry = serviceEntry(EchoService, {
        collect: async (requests) => {
          for await (const request of requests) {
            return request;
          }
          return {};
        },
        async *chat(requests) {
          for await (const request of requests) {
            yield request;
            return;
          }
        },
      });
      const client = createEchoClient(await startTestServer(t, [entry]));
      assert.deepEqual((await client.collect(['first', 'second'])).texts, ['first']);
      assert.deepEqual((await client.chat(['first', 'second'])).texts, ['first']);
    });

    test('gets UNIMPLEMENTED for a service that the server does not have', async (t) => {
      const client = createEchoClient(await startTestServer(t, []));
      assert.equal((await failureOf(client.one(['a']))).code, Code.Unimplemented);
    });
  });
}

/** A service whose methods all fail, with what `fail` makes. */
function entryOf(fail: () => Error) {
  const rejected = () => Promise.reject(fail());
  return serviceEntry(EchoService, {
    one: rejected,
    // biome-ignore lint/correctness/useYield: it fails before it answers
    async *many() {
      throw fail();
    },
    collect: rejected,
    // biome-ignore lint/correctness/useYield: it fails before it answers
    async *chat() {
      throw fail();
    },
  });
}
