// The limits of the protocol (buf.validate in proto/), for the responses of connectors: servers only check requests.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import type { Validator } from '@bufbuild/protovalidate';

/** The first violated rule of a message's type: `display_name: value length must be at most 1024 bytes`, if any. */
export type LimitChecker = <Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>) => string | undefined;

/** One for the process: it compiles the rules of each message type once. */
let validator: Promise<Validator> | undefined;

export async function createLimitChecker(): Promise<LimitChecker> {
  validator ??= import('@bufbuild/protovalidate').then(({ createValidator }) => createValidator({ failFast: true }));
  const loaded = await validator;
  return (desc, message) => {
    const result = loaded.validate(desc, message);
    const [violation] = result.kind === 'invalid' ? result.violations : [];
    return violation && `${pathToString(violation.field)}: ${violation.message}`;
  };
}
