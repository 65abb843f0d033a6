import type { TestContext } from 'node:test';

/** What helpers need of a test: they close what they start when it ends. */
export type Lifetime = Pick<TestContext, 'after'>;

/** A lifetime outside of a test. It ends when it is disposed. */
export function createLifetime(): Lifetime & AsyncDisposable {
  const closing: (() => unknown)[] = [];
  return {
    after: (close) => void closing.push(close as () => unknown),
    async [Symbol.asyncDispose]() {
      for (const close of closing) await close();
    },
  };
}
