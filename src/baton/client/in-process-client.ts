// Calls services in the same process: no socket, and no message is encoded on the way.
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

export interface InProcessOptions {
  /** The logger, reporter and limits that the services see. */
  readonly contextValues: ContextValues;
  /** Aborts every call made through the client. */
  readonly signal: AbortSignal;
}

/** The unary methods of a service as a typed client. */
export type UnaryClient<Desc extends DescService> = Pick<
  Client<Desc>,
  { [K in keyof Desc['method']]: Desc['method'][K] extends DescMethodUnary ? K : never }[keyof Desc['method']] &
    keyof Client<Desc>
>;

/**
 * A client of `desc` over the implementation among `services`. Requests and responses are handed over as they are, so
 * neither side may change a message after it has been handed over.
 *
 * Connect's router transport does the same with encoding on both ways, which is right for tests and too slow for a sync.
 * @throws ServiceError UNIMPLEMENTED from a call of a method that nothing implements.
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
