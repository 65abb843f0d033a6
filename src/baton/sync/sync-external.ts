// The step of external resources: copies those of another file, and ties grants to them, see `external/`.
import { copyExternal } from './external/copy-external.ts';
import { matchGrants } from './external/match-grants.ts';
import { PrincipalIndex } from './external/principal-index.ts';
import { done, type Step } from './sync-step.ts';

/** Is only planned if the sync was given another file. */
export const externalStep: Step = {
  phase: 'external resources',
  plan: async (_action, context) => {
    const { external, state } = context;
    if (!external) return done;
    const principals = await copyExternal(external, context);
    if (state.flags.hasExternalResourceGrants) matchGrants(new PrincipalIndex(principals, external.traits), context);
    return done;
  },
};
