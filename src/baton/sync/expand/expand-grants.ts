// The expansion step: whoever has an entitlement of a group also gets what is granted to the group.
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Reporter } from '../../author/context.ts';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { SyncWriter } from '../../c1z/sync-writer.ts';
import type { ExpansionRows } from '../../c1z/tables/expansion-rows.ts';
import { grantKind } from '../../messages/grant-kind.ts';
import { EntitlementExpansion } from './expand-entitlement.ts';
import { loadGraph } from './load-graph.ts';
import { type ExpansionLimits, type ExpansionPlan, planExpansion } from './plan-expansion.ts';

export interface ExpandGrantsOptions {
  readonly limits: ExpansionLimits;
  readonly logger: Logger;
  readonly observer: Reporter;
  readonly signal: AbortSignal;
}

/** After so many principals, other work of the process gets a turn: some 20 ms. */
const principalsAtATime = 4096;
/** How many ids of unknown entitlements are logged. */
const exampleIds = 25;

/**
 * Adds the grants that follow from the grants with a `GrantExpandable` annotation, as the Go syncer does (pkg/sync/expand
 * of baton-sdk v0.25.0). Call it when all other grants are written. Needs memory for the annotations, and otherwise some
 * megabytes, however many grants there are.
 * @returns How many grants were added, by resource type and slug.
 * @throws {ServiceError} INTERNAL if an annotation names an entitlement of another resource than the grant's principal;
 * FAILED_PRECONDITION beyond the limits. The store is then incomplete.
 */
export async function expandGrants(store: SyncWriter, options: ExpandGrantsOptions): Promise<Map<string, number>> {
  const added = new Map<string, number>();
  await store.expandGrants((rows) => expand(rows, options, added), options.signal);
  return added;
}

async function expand(rows: ExpansionRows, options: ExpandGrantsOptions, added: Map<string, number>): Promise<void> {
  const { limits, logger, observer, signal } = options;
  const unknown = new UnknownEntitlements();
  const plan = planExpansion(loadGraph(rows, (id) => unknown.add(id, 1)));
  checkPlan(plan, limits, logger);
  let total = 0;
  for (const [done, step] of plan.steps.entries()) {
    const entitlement = rows.entitlement(step.entitlementId);
    if (!entitlement) {
      unknown.add(step.entitlementId, step.sources.length);
      continue;
    }
    const expansion = new EntitlementExpansion(rows, step, entitlement);
    for (let goesOn = true; goesOn; ) {
      goesOn = expansion.run(principalsAtATime);
      observer.progress({ work: 'entitlements', done, total: plan.steps.length, rows: total + expansion.added });
      await setImmediate();
      signal.throwIfAborted();
    }
    total += expansion.added;
    const kind = grantKind(step.entitlementId, entitlement);
    added.set(kind, (added.get(kind) ?? 0) + expansion.added);
  }
  unknown.report(options);
}

function checkPlan({ depth, cycles }: ExpansionPlan, { maxDepth, mergeCycles }: ExpansionLimits, logger: Logger): void {
  if (cycles.length > 0) {
    const example = cycles[0]?.slice(0, exampleIds);
    if (!mergeCycles) {
      throw new ServiceError(
        Code.FailedPrecondition,
        `cycles detected in entitlement graph: ${example?.join(', ')}; without BATON_DONT_FIX_CYCLES they are merged`,
        { reason: 'expansion_cycle' },
      );
    }
    logger.warn({ cycles: cycles.length, entitlement_ids: example }, 'entitlements expand in cycles, which are merged');
  }
  if (depth > maxDepth) {
    throw new ServiceError(
      Code.FailedPrecondition,
      `max depth exceeded (${maxDepth}): grants expand in ${depth} steps; BATON_GRAPH_EXPAND_MAX_DEPTH sets the limit`,
      { reason: 'expansion_too_deep' },
    );
  }
}

/** Entitlements that expandable grants name and the connector has not listed. */
class UnknownEntitlements {
  #edges = 0;
  readonly #ids = new Set<string>();

  add(id: string, edges: number): void {
    this.#edges += edges;
    if (this.#ids.size < exampleIds) this.#ids.add(id);
  }

  report({ logger, observer }: ExpandGrantsOptions): void {
    if (this.#edges === 0) return;
    observer.countSkipped('expansions from or to an entitlement that was not listed', this.#edges);
    logger.warn({ entitlement_ids: [...this.#ids] }, 'expandable grants refer to entitlements that were not listed');
  }
}
