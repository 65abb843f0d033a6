// Calls services in the same process, without a socket and without encoding.
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type DescService,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { type CallOptions, type Client, type ContextValues, createHandlerContext } from '@connectrpc/connect';
import { applyPolicy, type OneToOne } from '../server/call-policy.ts';
import { type ServiceEntry, serviceEntry } from '../services/service-entry.ts';

/** What the calls of a client have in common. */
interface InProcessOptions {
  /** The logger, reporter and limits for the services. */
  readonly contextValues: ContextValues;
  /** Aborts all calls made through the client. */
  readonly signal: AbortSignal;
  /** Whether this process makes the requests alone, so that they need no validation. Default: false. */
  readonly isTrusted?: boolean | undefined;
}

/** The unary methods of a service as a typed client. */
export type UnaryClient<Desc extends DescService> = Pick<
  Client<Desc>,
  { [K in keyof Desc['method']]: Desc['method'][K] extends DescMethodUnary ? K : never }[keyof Desc['method']] &
    keyof Client<Desc>
>;

/**
 * Creates a client of `desc` for the implementation among `services`, under the same policy as the calls of a server.
 * Requests and responses are passed by reference, so neither side may change a message afterwards. Of the options of a
 * call, `headers`, `signal` and `timeoutMs` count.
 *
 * Connect's router transport does the same but encodes each message twice, which is too slow for a sync. Calls reject
 * with the reason of the abort when their caller aborted them, else with a ConnectError.
 */
export function createInProcessClient<Desc extends DescService>(
  desc: Desc,
  services: readonly ServiceEntry[],
  { contextValues, signal, isTrusted }: InProcessOptions,
): UnaryClient<Desc> {
  const entry = services.find((service) => service.desc.typeName === desc.typeName) ?? serviceEntry(desc, {});
  const methods = applyPolicy(entry, { isTrusted }).implementation as Record<string, unknown>;
  const client: Record<string, unknown> = {};
  for (const method of desc.methods) {
    if (method.methodKind !== 'unary') {
      continue;
    }
    const serve = methods[method.localName] as OneToOne;
    client[method.localName] = async (request: MessageInitShape<typeof method.input>, options: CallOptions = {}) => {
      const { headers, timeoutMs } = options;
      const requestSignal = options.signal ? AbortSignal.any([signal, options.signal]) : signal;
      requestSignal.throwIfAborted();
      const context = createHandlerContext({
        service: desc,
        method,
        protocolName: 'in-process',
        requestMethod: 'POST',
        url: `in-process:/${desc.typeName}/${method.name}`,
        requestSignal,
        contextValues,
        ...(headers && { requestHeader: headers }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
      try {
        const response = await serve(create(method.input, request), context);
        return create(method.output, response as MessageInitShape<DescMessage>);
      } catch (error) {
        requestSignal.throwIfAborted();
        throw error;
      } finally {
        context.abort();
      }
    };
  }
  return client as UnaryClient<Desc>;
}
