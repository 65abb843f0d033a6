// Plants a fault into a service: some of its methods answer otherwise, and can ask what it would have answered.
import type { DescMethodUnary, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { ListResponse } from '../../../src/baton/services/list-response.ts';
import type { ServiceEntry } from '../../../src/baton/services/service-entry.ts';

/** The unary methods of a service. */
export type Methods<Desc extends DescService> = {
  [Name in keyof Desc['method'] as Desc['method'][Name] extends DescMethodUnary ? Name : never]: (
    request: MessageShape<Desc['method'][Name]['input']>,
    context: HandlerContext,
  ) => Promise<MessageInitShape<Desc['method'][Name]['output']>>;
};

/** The same, where an answer may come at once. */
export type Changes<Desc extends DescService> = {
  [Name in keyof Methods<Desc>]?: Methods<Desc>[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Promise<Result> | Result
    : never;
};

type Method = (...args: unknown[]) => unknown;

/** The services, with other methods in one of them. */
export function changeService<Desc extends DescService>(
  services: readonly ServiceEntry[],
  desc: Desc,
  change: (original: Methods<Desc>) => Changes<Desc>,
): readonly ServiceEntry[] {
  return services.map((entry) => {
    if (entry.desc.typeName !== desc.typeName) {
      return entry;
    }
    const methods = Object.entries(entry.implementation).map(([name, method]) => [
      name,
      async (request: unknown, context: HandlerContext) =>
        toFields(await (method as unknown as Method).apply(entry.implementation, [request, context])),
    ]);
    const original = Object.fromEntries(methods) as Methods<Desc>;
    return {
      ...entry,
      implementation: { ...entry.implementation, ...change(original) } as typeof entry.implementation,
    };
  });
}

/** The fields of a page, for a change to spread: the list of a ListResponse is not a field of its own. */
function toFields(response: unknown): unknown {
  if (!(response instanceof ListResponse)) return response;
  const { list, nextPageToken, annotations } = response;
  return { list, nextPageToken, annotations };
}
