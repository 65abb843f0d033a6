// The expansion step: adds the grants that follow from others, see `expand/`.
import { readExpansionLimits } from './expansion-limits.ts';
import { done, type Step } from './sync-step.ts';

/** Is shown as a phase only if a stored grant asks for it. */
export const expansionStep: Step = {
  plan: async (_action, context) => {
    const { state, store, observer, grantCounts, expansion: limits = readExpansionLimits({}) } = context;
    if (!state.flags.needsExpansion) return done;
    observer.phaseStarted('expansion');
    // Loaded here: few connectors have such grants.
    const { expandGrants } = await import('./expand/expand-grants.ts');
    const added = await expandGrants(store, { ...context, limits });
    for (const [kind, count] of added) grantCounts.set(kind, (grantCounts.get(kind) ?? 0) + count);
    observer.phaseEnded('expansion');
    return done;
  },
};
