// Reads the settings of the expansion of grants.
import type { ExpansionLimits } from './expand/plan-expansion.ts';

const maxDepthDefault = 20;

/** Reads the Go SDK's variables: `BATON_GRAPH_EXPAND_MAX_DEPTH` (default: 20) and `BATON_DONT_FIX_CYCLES`. */
export function readExpansionLimits(env: NodeJS.ProcessEnv): ExpansionLimits {
  const depth = env.BATON_GRAPH_EXPAND_MAX_DEPTH ?? '';
  return {
    // As Go reads it: 0 and what is not a number stand for the default.
    maxDepth: (/^[+-]?\d+$/.test(depth) && Number(depth)) || maxDepthDefault,
    // The words for true of Go's strconv.ParseBool.
    mergeCycles: !['1', 't', 'T', 'true', 'TRUE', 'True'].includes(env.BATON_DONT_FIX_CYCLES ?? ''),
  };
}
