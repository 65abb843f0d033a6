// Reads the settings of the expansion of grants.
import { readSwitch } from '../config/parse-switch.ts';
import { readVariable } from '../config/unquote.ts';
import type { ExpansionLimits } from './expand/plan-expansion.ts';

const maxDepthDefault = 20;

/** Reads the Go SDK's variables: `BATON_GRAPH_EXPAND_MAX_DEPTH` (default: 20) and `BATON_DONT_FIX_CYCLES`. */
export function readExpansionLimits(env: NodeJS.ProcessEnv): ExpansionLimits {
  const depth = readVariable(env, 'BATON_GRAPH_EXPAND_MAX_DEPTH') ?? '';
  return {
    // As Go reads it: 0 and what is not a number stand for the default.
    maxDepth: (/^[+-]?\d+$/.test(depth) && Number(depth)) || maxDepthDefault,
    mergeCycles: !readSwitch(env.BATON_DONT_FIX_CYCLES),
  };
}
