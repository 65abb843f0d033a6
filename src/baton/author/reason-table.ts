// How a package documents the reasons of its errors.
import type { Code } from './code.ts';

/** One reason: the codes that errors have with it, what happened, and what the reader can do. Both as sentences. */
export interface ReasonEntry {
  readonly codes: readonly [keyof typeof Code, ...(keyof typeof Code)[]];
  readonly meaning: string;
  readonly action: string;
}

/** By reason. A name with `<…>` in it stands for several. */
export type ReasonTable = Readonly<Record<string, ReasonEntry>>;
