import type { TestContext } from 'node:test';

/** What helpers need of a test: they close what they start when it ends. A script can have one, too. */
export type Lifetime = Pick<TestContext, 'after'>;
