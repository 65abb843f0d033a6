// Variables named BATON_…: those that no setting has, and those that are probably misspelled.
import { closestName } from './closest-name.ts';
import { describePlaceholder, isWholePlaceholder } from './placeholder.ts';

/** Variables that this program reads and that are not settings: docs/deploy.md describes those for operators. */
export const bareVariables = [
  'BATON_BULK_LOAD',
  'BATON_C1_API_HOST',
  'BATON_CONFIG_PATH',
  'BATON_CONNECTOR_SERVICE_LISTENER_FD',
  'BATON_DECODER_MAX_DECODED_SIZE_MB',
  'BATON_DONT_FIX_CYCLES',
  'BATON_GET_TASKS',
  'BATON_GRAPH_EXPAND_MAX_DEPTH',
  'BATON_HOST_ID',
  'BATON_KEEP_SYNC_COUNT',
  'BATON_SKIP_CLEANUP',
  'BATON_TMPDIR',
];

/** Variables of connectors that ConductorOne hosts: docs/hosted.md describes them. */
export const hostedVariables = [
  'BATON_ALLOWED_HOSTS',
  'BATON_LAMBDA_CA_CERT_PATH',
  'BATON_LAMBDA_CONFIGURATION_HOST',
  'BATON_LAMBDA_TOKEN_HOST',
];

/**
 * Variables that only Go connectors read (baton-sdk v0.25.0): they tune its storage and its HTTP cache, and a deployment
 * that was migrated may still set them.
 */
const goVariables = [
  'BATON_C1Z_BULKLOAD_INDEX_TIMEOUT',
  'BATON_C1Z_FINALIZE_TIMEOUT',
  'BATON_DEBUG_PRINT_RESPONSE_BODY',
  'BATON_DECODER_MAX_MEMORY_MB',
  'BATON_DISABLE_FCS_FAIL_FAST',
  'BATON_DISABLE_HTTP_CACHE',
  'BATON_EXPERIMENTAL_FOLD_COMPACT',
  'BATON_EXPERIMENTAL_PEBBLE_COMPACTOR',
  'BATON_GRAPH_EXPAND_DEST_BATCH_SIZE',
  'BATON_HTTP_CACHE_BACKEND',
  'BATON_HTTP_CACHE_MAX_SIZE',
  'BATON_HTTP_CACHE_TTL',
  'BATON_PEBBLE_FOLD_MAX_PARTIAL_PCT',
  'BATON_PEBBLE_FOLD_MIN_BASE_BYTES',
  'BATON_PEBBLE_SYNTH_LAYER_SEGMENT_ROWS',
  'BATON_SESSION_SERVICE_ADDR',
  'BATON_ZSTD_POOL_DISABLE',
];

const prefix = 'BATON_';

/** What Kubernetes sets in each pod for a Service, such as one named `baton-percipio`. */
const serviceLink = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/**
 * Finds variables named `BATON_…`, in any case, that nothing reads.
 * @param settings - The variables of all settings of the program.
 */
export function findStrayVariables(env: NodeJS.ProcessEnv, settings: Iterable<string>): readonly string[] {
  const known = new Set([...settings, ...bareVariables, ...hostedVariables, ...goVariables]);
  return Object.keys(env).filter((name) => {
    if (!/^BATON_\w+$/i.test(name) || known.has(name)) return false;
    const link = serviceLink.exec(name);
    return !(link && env[`${name.slice(0, link.index)}_SERVICE_HOST`] !== undefined);
  });
}

/** The variables without a setting that still are placeholders, as faults. What reads the config file names its own. */
export function findPlaceholders(env: NodeJS.ProcessEnv): readonly string[] {
  return [...bareVariables, ...hostedVariables].flatMap((name) => {
    const text = env[name] ?? '';
    const isFault = name !== 'BATON_CONFIG_PATH' && isWholePlaceholder(text);
    return isFault ? [`${name}: ${describePlaceholder(text, true)}`] : [];
  });
}

/** A warning about a variable that nothing reads. It does not quote its value. */
export function describeStrayVariable(name: string, settings: Iterable<string>): string {
  const meant = findMeantVariable(name, [...settings, ...bareVariables]);
  return `${name}: unknown variable, ignored${meant ? `; did you mean ${meant}?` : ''}`;
}

/** The variable that a name stands for: `BATON_ORG_ID` abbreviates one alone; otherwise the one that is written alike. */
function findMeantVariable(name: string, known: readonly string[]): string | undefined {
  const [full, ...others] = known.filter((candidate) => abbreviates(name, candidate));
  if (full !== undefined && others.length === 0) return full;
  // What all have in common says nothing: BATON_FOO is not BATON_TO.
  const closest = closestName(
    name.slice(prefix.length),
    known.map((candidate) => candidate.slice(prefix.length)),
  );
  return closest && prefix + closest;
}

/** Whether each word of a name begins a word of another one, in its order: `BATON_TOKEN`, `BATON_API_TOKEN`. */
function abbreviates(name: string, full: string): boolean {
  const words = name.toUpperCase().split('_');
  let next = 0;
  for (const word of full.split('_')) {
    const wanted = words[next];
    if (wanted !== undefined && wanted.length > 1 && word.startsWith(wanted)) next += 1;
  }
  return next === words.length;
}
