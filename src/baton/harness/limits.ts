// The limits of the protocol (buf.validate in proto/), for the responses of connectors: servers only check requests.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';

/** The first violated rule of a message's type: `display_name: value length must be at most 1024 bytes`, if any. */
export type LimitChecker = <Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>) => string | undefined;

export async function createLimitChecker(): Promise<LimitChecker> {
  const { createValidator } = await import('@bufbuild/protovalidate');
  const validator = createValidator({ failFast: true });
  return (desc, message) => {
    const result = validator.validate(desc, message);
    const [violation] = result.kind === 'invalid' ? result.violations : [];
    return violation && `${pathToString(violation.field)}: ${violation.message}`;
  };
}
