// Plants a fault into a service: some of its methods answer otherwise, and can ask what it would have answered.
import assert from 'node:assert/strict';
import type { DescMethodUnary, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { ContextValues, HandlerContext } from '@connectrpc/connect';
import { encodedResponseKey } from '../../../src/baton/services/call-context.ts';
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
        (method as unknown as Method).apply(entry.implementation, [request, withAnswersAsMessages(context)]),
    ]);
    const original = Object.fromEntries(methods) as Methods<Desc>;
    return {
      ...entry,
      implementation: { ...entry.implementation, ...change(original) } as typeof entry.implementation,
    };
  });
}

/** What changes an answer must see what is in it. */
function withAnswersAsMessages(context: HandlerContext): HandlerContext {
  const { values } = context;
  const changed: ContextValues = {
    get: (key) => (key.id === encodedResponseKey.id ? key.defaultValue : values.get(key)),
    set: () => assert.fail('a service sets no value'),
    delete: () => assert.fail('a service deletes no value'),
  };
  return Object.assign(Object.create(context), { values: changed });
}
