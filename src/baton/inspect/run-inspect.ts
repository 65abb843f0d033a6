// Answers one question about a file: finds out what is asked, and shows the answer in the form that is asked for.
import { resolve } from 'node:path';
import { UsageError } from '../author/usage-error.ts';
import type { OpenC1zOptions } from '../c1z/file/scratch-database.ts';
import { escapeControls } from '../net/escape-controls.ts';
import { SyncComparison } from './compare-syncs.ts';
import type { GrantFilter } from './list-grants.ts';
import { type OpenSyncs, openSyncs, openTwo } from './open-syncs.ts';
import { formatChanges } from './output/format-changes.ts';
import { formatFileSummary } from './output/format-summary.ts';
import { chooseStyle, type Style } from './output/style.ts';
import { ReaderGone } from './output/text-writer.ts';
import { countsRecord, fileRecord, resourceRecord, runRecord } from './records.ts';
import {
  findEntitlementIds,
  findPrincipal,
  findResource,
  findRun,
  findTarget,
  findTypes,
  pluralOf,
  suggest,
} from './resolve-names.ts';
import type { ResourceView, Status } from './resource-view.ts';
import { type Answer, type ShowOptions, showAnswer } from './show-answer.ts';
import { countContents } from './summarize-file.ts';
import type { SyncView } from './sync-view.ts';
import { changeTable, entitlementTable, grantTable, leaverTable, resourceTable } from './table.ts';

/** What `inspect` is asked. */
export interface InspectRequest extends ShowOptions {
  /** The file, the query and its arguments. */
  readonly words: readonly string[];
  readonly filters: GrantFilters;
  /** The id of a sync, or its beginning. Default: the sync that is shown. */
  readonly sync: string | undefined;
  readonly open: OpenC1zOptions;
  readonly now: Date;
}

/** As they were written. */
interface GrantFilters {
  readonly user: string | undefined;
  readonly resource: string | undefined;
  readonly entitlement: string | undefined;
  readonly status: Status | undefined;
}

const queries = [
  'summary',
  'resources',
  'entitlements',
  'grants',
  'access',
  'who',
  'leavers',
  'diff',
  'export',
] as const;

/**
 * Answers, on stdout or into a file.
 * @returns The exit code: 1 if a comparison found changes.
 * @throws UsageError; C1zError
 */
export async function runInspect(request: InspectRequest): Promise<number> {
  const [path, ...words] = request.words;
  if (path === undefined) throw new UsageError(['name the .c1z file: inspect FILE']);
  const [query = 'summary', ...rest] = words;
  const isExport = query === 'export';
  const [asked = '', ...parameters] = isExport ? expectWords(query, rest, ['QUERY'], ['…', '…']) : [query, ...rest];
  checkFlags(request, asked, isExport);
  try {
    if (asked === 'diff') return await runDiff(request, path, parameters, isExport);
    await using file = await openSyncs(resolve(request.host.cwd, path), request.open);
    const run = request.sync === undefined ? file.shown : findRun(file.runs, request.sync);
    if (!run) throw new UsageError([`${path} has no sync`]);
    return await showAnswer(request, answer(file, file.view(run), request, asked, parameters), isExport);
  } catch (error) {
    if (error instanceof ReaderGone) return 0;
    throw error;
  }
}

function checkFlags({ filters, format, to }: InspectRequest, query: string, isExport: boolean): void {
  const faults = [
    ...(['user', 'resource', 'entitlement'] as const)
      .filter((name) => filters[name] !== undefined && query !== 'grants')
      .map((name) => `--${name}: only for grants`),
    ...(filters.status !== undefined && ['summary', 'entitlements', 'access', 'leavers', 'diff'].includes(query)
      ? [`--status: only for resources and grants`]
      : []),
    ...(!isExport && format !== undefined ? ['--format: only for export'] : []),
    ...(!isExport && to !== undefined ? ['--to: only for export'] : []),
  ];
  if (faults.length > 0) throw new UsageError(faults);
}

function answer(
  file: OpenSyncs,
  view: SyncView,
  { filters, output, host, now }: InspectRequest,
  query: string,
  parameters: readonly string[],
): Answer {
  const members = { file: file.path, sync: runRecord(view.run) };
  const { status } = filters;
  const style = chooseStyle(host);
  const none = (words: readonly string[]) => expectWords(query, words, []);
  switch (query) {
    case 'summary': {
      none(parameters);
      const contents = countContents(view);
      const layout = { style, columns: host.stdout.columns, now };
      return output === 'json'
        ? { members: fileRecord(file, view, contents) }
        : { members, head: formatFileSummary(file, view, contents, layout) };
    }
    case 'resources': {
      const [word] = expectWords(query, parameters, [], ['TYPE']);
      const types = word === undefined ? undefined : typesOf(view, word);
      return { members, table: resourceTable(view, 'resources', { types, status }), empty: 'no resources' };
    }
    case 'entitlements':
      none(parameters);
      return { members, table: entitlementTable(view, {}), empty: 'no entitlements' };
    case 'grants':
      none(parameters);
      return { members, table: grantTable(view, resolveFilters(view, filters)), empty: 'no grants' };
    case 'access': {
      const [who = ''] = expectWords(query, parameters, ['WHO']);
      const principal = findPrincipal(view, who);
      return {
        members: { ...members, principal: resourceRecord(principal) },
        head: describePrincipal(view, principal, style),
        table: grantTable(view, { principal }, 'resources'),
        empty: 'no grants',
      };
    }
    case 'who': {
      const [what = ''] = expectWords(query, parameters, ['WHAT']);
      return { ...askWho(view, what, status, style), members };
    }
    case 'leavers':
      none(parameters);
      return { members, table: leaverTable(view), empty: 'nobody: no disabled or missing account has grants' };
    default: {
      none(parameters);
      const types = findTypes(view, query)?.map(({ id }) => id);
      if (!types) throw unknownQuery(view, query);
      return { members, table: resourceTable(view, query.toLowerCase(), { types, status }), empty: `no ${query}` };
    }
  }
}

function askWho(view: SyncView, what: string, status: Status | undefined, style: Style): Omit<Answer, 'members'> {
  const target = findTarget(view, what);
  const empty = 'nobody';
  if (target.kind === 'entitlement') {
    const { id, name, resource } = target.entitlement;
    return {
      head: [style.head(escapeControls(`${name} (${resource.type} ${view.refOf(resource).name})`))],
      table: grantTable(view, { entitlements: new Set([id]), status }, 'principals'),
      empty,
    };
  }
  const { resource } = target;
  return {
    head: [style.head(escapeControls(`${resource.name} (${resource.type})`))],
    table: grantTable(view, { resource, status }, 'principals'),
    empty,
  };
}

function describePrincipal(view: SyncView, principal: ResourceView, style: Style): readonly string[] {
  const { type, id, name, email, status, statusDetails, logins, lastLogin } = principal;
  const manyLogins = logins.filter((login) => login !== email);
  return [
    style.head(escapeControls(name)),
    ...[
      [email, status ?? 'status unknown', statusDetails].filter(Boolean).join(', '),
      ...(manyLogins.length > 0 ? [`signs in as ${manyLogins.join(', ')}`] : []),
      ...(lastLogin ? [`last seen ${lastLogin.toISOString()}`] : []),
      `${view.types.find((each) => each.id === type)?.name ?? type} ${id}`,
    ].map((line) => escapeControls(`  ${line}`)),
    '',
  ];
}

async function runDiff(
  request: InspectRequest,
  path: string,
  parameters: readonly string[],
  isExport: boolean,
): Promise<number> {
  const [first, second] = expectWords('diff', parameters, [], ['A', 'B']);
  if (request.sync !== undefined) throw new UsageError(['--sync: not for diff; name the syncs after it']);
  const open = (name: string) => resolve(request.host.cwd, name);
  if (first?.includes('.') || first?.includes('/')) {
    if (second !== undefined) throw new UsageError(['diff: another file needs no further argument']);
    await using files = await openTwo(open(path), open(first), request.open);
    const [before, after] = [files.before, files.after].map((file) => file.shown && file.view(file.shown));
    if (!before || !after) throw new UsageError(['one of the files has no sync']);
    return await showChanges(request, before, after, isExport);
  }
  await using file = await openSyncs(open(path), request.open);
  const finished = file.runs.filter(({ type, endedAt }) => type === 'full' && endedAt !== undefined);
  const after = second === undefined ? finished.at(-1) : findRun(file.runs, second);
  const before = first === undefined ? finished.at(-2) : findRun(file.runs, first);
  if (!before || !after) {
    throw new UsageError([`${path} has only one finished full sync; name another file: inspect FILE diff OTHER.c1z`]);
  }
  return await showChanges(request, file.view(before), file.view(after), isExport);
}

async function showChanges(
  request: InspectRequest,
  before: SyncView,
  after: SyncView,
  isExport: boolean,
): Promise<number> {
  using comparison = new SyncComparison(before, after);
  const counts = comparison.count();
  const style = chooseStyle(request.host);
  return await showAnswer(
    request,
    {
      members: { before: runRecord(before.run), after: runRecord(after.run), counts: countsRecord(counts) },
      ...(request.output === 'text' && !isExport
        ? { head: formatChanges(comparison, counts, style) }
        : { table: changeTable(comparison) }),
      exitCode: counts.isEmpty ? 0 : 1,
    },
    isExport,
  );
}

function resolveFilters(view: SyncView, { user, resource, entitlement, status }: GrantFilters): GrantFilter {
  return {
    principal: user === undefined ? undefined : findPrincipal(view, user),
    resource: resource === undefined ? undefined : findResource(view, resource),
    entitlements: entitlement === undefined ? undefined : findEntitlementIds(view, entitlement),
    status,
  };
}

function typesOf(view: SyncView, word: string): readonly string[] {
  const types = findTypes(view, word);
  if (types) return types.map(({ id }) => id);
  const known = view.types.map(({ id }) => id);
  throw new UsageError([
    `this sync has no type ${JSON.stringify(word)}${suggest(word, known)}; its types: ${known.join(', ')}`,
  ]);
}

function unknownQuery(view: SyncView, query: string): UsageError {
  const known = [...queries, ...view.types.map(pluralOf)];
  return new UsageError([
    `inspect has no query ${JSON.stringify(query)}${suggest(query, known)}; there are: ${known.join(', ')}`,
  ]);
}

function expectWords(
  query: string,
  words: readonly string[],
  required: readonly string[],
  optional: readonly string[] = [],
): readonly string[] {
  if (words.length >= required.length && words.length <= required.length + optional.length) return words;
  const usage = ['inspect FILE', query, ...required, ...optional.map((name) => `[${name}]`)].join(' ');
  throw new UsageError([`usage: ${usage}`]);
}
