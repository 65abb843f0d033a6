// Reads the grants of several entitlements side by side, principal by principal.
import { compareUtf8 } from '../../c1z/tables/compare-utf8.ts';
import type { ExpansionRows, GrantOfEntitlement } from '../../c1z/tables/expansion-rows.ts';

/** Which grants to read. */
export interface GrantStreamOptions {
  readonly entitlementId: string;
  /** Only those of principals of these types; all if undefined. */
  readonly principalTypes?: ReadonlySet<string> | undefined;
}

/** How many grants are in memory at a time, if each entitlement has at least {@link pageRowsMin}. */
const bufferedRows = 16_384;
const pageRowsMin = 4;
const pageRowsMax = 1024;

/** The grants of several entitlements, which are numbered from 0. */
export class PrincipalMerge {
  /** The grants of the current principal, by entitlement and row, and the number of the entitlement of each. */
  readonly grants: GrantOfEntitlement[] = [];
  readonly numbers: number[] = [];
  /** A binary heap: the stream whose next grant comes first is at its top. */
  readonly #heap: GrantStream[] = [];

  constructor(rows: ExpansionRows, entitlements: readonly GrantStreamOptions[]) {
    const pageRows = Math.min(pageRowsMax, Math.max(pageRowsMin, Math.floor(bufferedRows / entitlements.length)));
    for (const [number, options] of entitlements.entries()) {
      const stream = new GrantStream(rows, options, number, pageRows);
      if (stream.next) this.#heap.push(stream);
    }
    for (let at = this.#heap.length >> 1; at >= 0; at--) this.#siftDown(at);
  }

  /** Reads the grants of the next principal. @returns False at the end */
  advance(): boolean {
    this.grants.length = 0;
    this.numbers.length = 0;
    const first = this.#heap[0]?.next;
    if (!first) return false;
    for (let top = this.#heap[0]; top?.next && comparePrincipals(top.next, first) === 0; top = this.#heap[0]) {
      this.grants.push(top.next);
      this.numbers.push(top.number);
      top.advance();
      this.#settleTop();
    }
    return true;
  }

  /** Restores the order after the top stream has advanced. */
  #settleTop(): void {
    if (!this.#heap[0]?.next) {
      const last = this.#heap.pop() as GrantStream;
      if (this.#heap.length === 0) return;
      this.#heap[0] = last;
    }
    this.#siftDown(0);
  }

  #siftDown(start: number): void {
    const heap = this.#heap;
    for (let at = start; ; ) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child++) {
        if (compareStreams(heap[child] as GrantStream, heap[least] as GrantStream) < 0) least = child;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least] as GrantStream, heap[at] as GrantStream];
      at = least;
    }
  }
}

/** The grants of one entitlement in the order of their principals, read page by page. */
class GrantStream {
  readonly number: number;
  /** Undefined at the end. */
  next: GrantOfEntitlement | undefined;
  readonly #rows: ExpansionRows;
  readonly #entitlementId: string;
  readonly #types: string | undefined;
  readonly #pageRows: number;
  #page: readonly GrantOfEntitlement[] = [];
  #at = 0;

  constructor(
    rows: ExpansionRows,
    { entitlementId, principalTypes }: GrantStreamOptions,
    number: number,
    pageRows: number,
  ) {
    this.number = number;
    this.#rows = rows;
    this.#entitlementId = entitlementId;
    this.#types = principalTypes && JSON.stringify([...principalTypes]);
    this.#pageRows = pageRows;
    this.#readPage(undefined);
  }

  advance(): void {
    this.#at++;
    this.next = this.#page[this.#at];
    const last = this.#page.at(-1);
    if (!this.next && this.#page.length === this.#pageRows) this.#readPage(last);
  }

  #readPage(after: GrantOfEntitlement | undefined): void {
    this.#page = this.#rows.read(this.#entitlementId, this.#types, after, this.#pageRows);
    this.#at = 0;
    this.next = this.#page[0];
  }
}

function compareStreams(a: GrantStream, b: GrantStream): number {
  return comparePrincipals(a.next as GrantOfEntitlement, b.next as GrantOfEntitlement) || a.number - b.number;
}

/** In the order of SQLite. */
function comparePrincipals(a: GrantOfEntitlement, b: GrantOfEntitlement): number {
  return compareTexts(a[1], b[1]) || compareTexts(a[2], b[2]);
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : compareUtf8(a, b);
}
