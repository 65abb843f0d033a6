// Calls services in the same process, without a socket and without encoding.
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type DescService,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { type Client, type ContextValues, createHandlerContext, type ServiceImpl } from '@connectrpc/connect';
import { Code, ServiceError } from '../author/service-error.ts';
import type { ServiceEntry } from '../services/service-entry.ts';

/** What the calls of a client have in common. */
interface InProcessOptions {
  /** The logger, reporter and limits for the services. */
  readonly contextValues: ContextValues;
  /** Aborts all calls made through the client. */
  readonly signal: AbortSignal;
}

/** The unary methods of a service as a typed client. */
export type UnaryClient<Desc extends DescService> = Pick<
  Client<Desc>,
  { [K in keyof Desc['method']]: Desc['method'][K] extends DescMethodUnary ? K : never }[keyof Desc['method']] &
    keyof Client<Desc>
>;

/**
 * Creates a client of `desc` for the implementation among `services`. Requests and responses are passed by reference, so
 * neither side may change a message afterwards.
 *
 * Connect's router transport does the same but encodes each message twice, which is too slow for a sync. Calls of a
 * method without an implementation throw a ServiceError UNIMPLEMENTED.
 */
export function createInProcessClient<Desc extends DescService>(
  desc: Desc,
  services: readonly ServiceEntry[],
  { contextValues, signal }: InProcessOptions,
): UnaryClient<Desc> {
  const entry = services.find((service) => service.desc.typeName === desc.typeName);
  const implementation = (entry?.implementation ?? {}) as Partial<ServiceImpl<Desc>>;
  const client: Record<string, unknown> = {};
  for (const method of desc.methods) {
    if (method.methodKind !== 'unary') {
      continue;
    }
    const handle = implementation[method.localName as keyof ServiceImpl<Desc>] as
      | ((request: unknown, context: unknown) => unknown)
      | undefined;
    client[method.localName] = async (request: MessageInitShape<typeof method.input>) => {
      signal.throwIfAborted();
      if (!handle) {
        throw new ServiceError(Code.Unimplemented, `${desc.typeName}/${method.name} is not implemented`, {
          reason: 'unimplemented',
        });
      }
      const context = createHandlerContext({
        service: desc,
        method,
        protocolName: 'in-process',
        requestMethod: 'POST',
        url: `in-process:/${desc.typeName}/${method.name}`,
        requestSignal: signal,
        contextValues,
      });
      try {
        return create(
          method.output,
          (await handle.call(implementation, create(method.input, request), context)) as MessageInitShape<DescMessage>,
        );
      } finally {
        context.abort();
      }
    };
  }
  return client as UnaryClient<Desc>;
}
