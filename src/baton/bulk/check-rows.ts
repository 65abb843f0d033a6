// Checks all rows of a file before anything is written, and reports all faults at once.
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import { AccountInfoSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { Context } from '../author/context.ts';
import type { Naming } from '../author/naming.ts';
import { Code, ServiceError } from '../author/service-error.ts';
import { closestName } from '../config/closest-name.ts';
import { checkActionArguments } from '../services/actions/action-arguments.ts';
import { type Change, fingerprintOf } from './change.ts';
import type { ChangeField, ChangeKind } from './change-kind.ts';
import { type Row, type RowFault, type Rows, toUsageError } from './row.ts';

const changeColumn = 'change';
const personColumn = 'person';

export interface CheckOptions {
  readonly kinds: ReadonlyMap<string, ChangeKind>;
  readonly naming: Naming;
  /** Of the file, for faults. */
  readonly path: string;
  readonly context: Context;
}

/**
 * Turns rows into changes.
 * @throws UsageError that lists the faults; what the connector throws if it cannot look up an entitlement.
 */
export async function checkRows({ rows, columns }: Rows, options: CheckOptions): Promise<readonly Change[]> {
  const unknown = findUnknownColumns(columns, options.kinds);
  const faults: RowFault[] = [...unknown.values()];
  const changes: Change[] = [];
  const entitlements = new EntitlementFinder(options);
  for (const row of rows) {
    const known = new Map([...row.values].filter(([column]) => !unknown.has(column)));
    const checked = await checkRow({ ...row, values: known }, options, entitlements);
    if ('problems' in checked) faults.push(...checked.problems.map((problem) => ({ line: row.line, problem })));
    else changes.push(checked);
  }
  faults.push(...findDuplicates(changes));
  if (rows.length === 0) faults.push({ line: 1, problem: 'the file has no rows' });
  if (faults.length > 0) throw toUsageError(options.path, faults);
  return changes;
}

/** By column. */
function findUnknownColumns(
  columns: ReadonlyMap<string, number>,
  kinds: ReadonlyMap<string, ChangeKind>,
): ReadonlyMap<string, RowFault> {
  const fields = new Map([...kinds.values()].flatMap((kind) => [...kind.fields]));
  const valid = [changeColumn, personColumn, ...Array.from(fields, ([name, { type }]) => showColumn(name, type))];
  const unknown = [...columns].filter(
    ([column]) => column !== changeColumn && column !== personColumn && !findField(fields, column),
  );
  return new Map(
    unknown.map(([column, line]) => {
      const meant = closestName(column, valid);
      const hint = meant ? `did you mean ${meant}? Valid` : 'valid';
      return [
        column,
        { line, problem: `unknown column ${JSON.stringify(column)}; ${hint} columns: ${valid.join(', ')}` },
      ];
    }),
  );
}

function showColumn(name: string, type: ChangeField['type']): string {
  return type === 'map' ? `${name}.NAME` : name;
}

/** The field of a column, and the key in it if it is a map. */
function findField(fields: ReadonlyMap<string, ChangeField>, column: string) {
  const dot = column.indexOf('.');
  const name = dot < 0 ? column : column.slice(0, dot);
  const key = dot < 0 ? undefined : column.slice(dot + 1);
  const field = fields.get(name);
  const fits = field && (field.type === 'map') === (key !== undefined) && key !== '';
  return fits ? { name, key, field } : undefined;
}

async function checkRow(
  row: Row,
  { kinds, naming }: CheckOptions,
  entitlements: EntitlementFinder,
): Promise<Change | { readonly problems: readonly string[] }> {
  const word = row.values.get(changeColumn);
  const kind = typeof word === 'string' ? kinds.get(word.trim().toLowerCase()) : undefined;
  if (!kind) {
    const what = word === undefined ? 'has no change' : `unknown change ${JSON.stringify(word)}`;
    return { problems: [`${what}; valid changes: ${[...kinds.keys()].join(', ')}`] };
  }
  const { values, problems } = readValues(row, kind);
  const person = toName(row.values.get(personColumn));
  const ownNames = [...naming.accountFields, 'login', 'email'].flatMap((field) => toName(values[field]) ?? []);
  const { work } = kind;
  if (work.kind === 'create') {
    if (person !== undefined) problems.push(`${personColumn} does not apply to ${kind.word}: name the new account`);
    if (ownNames.length === 0)
      problems.push(`identifies nobody: set at least one of ${naming.accountFields.join(', ')}`);
  } else if (person === undefined) {
    problems.push(`needs a ${personColumn}: an e-mail, a login or an id`);
  }
  const missing = [...kind.fields].filter(([name, { isRequired }]) => isRequired && values[name] === undefined);
  problems.push(...missing.map(([name]) => `${kind.word} needs ${name}`));
  if (problems.length === 0) problems.push(...findOwnProblems(kind, values));
  let entitlement: Entitlement | undefined;
  if (problems.length === 0 && work.kind === 'grant') {
    const found = await entitlements.find(work.column, String(values[work.column]));
    if (typeof found === 'string') problems.push(found);
    else entitlement = found;
  }
  if (problems.length > 0) return { problems };
  const names = work.kind === 'create' ? ownNames : [person ?? ''];
  return {
    line: row.line,
    kind,
    person: names[0] ?? '',
    names: [...new Set(names.map((name) => name.toLowerCase()))],
    values,
    entitlement,
    fingerprint: fingerprintOf(row.values),
  };
}

function toName(value: JsonValue | undefined): string | undefined {
  const name = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return name === '' ? undefined : name;
}

function readValues(row: Row, kind: ChangeKind): { readonly values: JsonObject; readonly problems: string[] } {
  const values: JsonObject = {};
  const problems: string[] = [];
  for (const [column, cell] of row.values) {
    if (column === changeColumn || column === personColumn) continue;
    const found = findField(kind.fields, column);
    if (!found) {
      const valid = Array.from(kind.fields, ([name, { type }]) => showColumn(name, type));
      problems.push(`${column} does not apply to ${kind.word}, which takes: ${valid.join(', ') || 'nothing else'}`);
      continue;
    }
    const value = readCell(cell, found.field.type);
    if (value === undefined) {
      problems.push(`${column} ${wrongCell[found.field.type]}`);
    } else if (found.key === undefined) {
      values[found.name] = value;
    } else {
      values[found.name] = { ...(values[found.name] as JsonObject | undefined), [found.key]: value };
    }
  }
  return { values, problems };
}

const wrongCell: Readonly<Record<ChangeField['type'], string>> = {
  text: 'must be a text',
  flag: 'must be true or false',
  number: 'must be a whole number',
  map: 'must be a text',
  other: 'can only be set in NDJSON, as JSON of its type',
};

/** The value of a cell, or undefined if it does not fit. */
function readCell(cell: JsonValue, type: ChangeField['type']): JsonValue | undefined {
  switch (type) {
    case 'flag':
      return typeof cell === 'boolean' ? cell : flags.get(String(cell).toLowerCase());
    case 'number':
      return Number.isSafeInteger(Number(cell)) && /^-?\d+$/.test(String(cell)) ? Number(cell) : undefined;
    case 'other':
      return typeof cell === 'string' ? undefined : cell;
    case 'text':
    case 'map':
      return typeof cell === 'object' ? undefined : String(cell);
  }
}

const flags = new Map([
  ['true', true],
  ['yes', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['0', false],
]);

/** What the connector itself says of the values, as far as it can without the application. */
function findOwnProblems({ work }: ChangeKind, values: JsonObject): readonly string[] {
  if (work.kind === 'action') {
    const { action, schema } = work.found;
    const account = `args.${work.accountArgument}`;
    return checkActionArguments(action, schema, { ...values, [work.accountArgument]: unknownAccount })
      .filter(({ field }) => field !== account)
      .map(({ field, description }) =>
        field === 'args' ? description : `${field.replace('args.', '')} ${description}`,
      );
  }
  try {
    if (work.kind === 'create') work.accounts.check?.(toAccountInfo(values));
    return [];
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === Code.InvalidArgument)) throw error;
    return [error.rawMessage];
  }
}

/** In place of the account, which only the application can find. */
const unknownAccount = 'unknown';

/** Login and e-mail are part of the profile only where the form of the connector has them. */
export function toAccountInfo({ login, ...profile }: JsonObject) {
  const email = profile.email;
  return create(AccountInfoSchema, {
    login: typeof login === 'string' ? login : '',
    emails: typeof email === 'string' ? [{ address: email, isPrimary: true }] : [],
    profile,
  });
}

/** Finds each entitlement once. */
class EntitlementFinder {
  readonly #options: CheckOptions;
  readonly #found = new Map<string, Entitlement | string>();

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /** Returns the problem with the name if it is unknown. */
  async find(column: string, name: string): Promise<Entitlement | string> {
    const key = `${column} ${name}`;
    const found = this.#found.get(key) ?? (await this.#ask(column, name));
    this.#found.set(key, found);
    return found;
  }

  async #ask(column: string, name: string): Promise<Entitlement | string> {
    const { naming, context } = this.#options;
    try {
      const find = naming.entitlements?.[column];
      return find ? await find(name, context) : `no ${column} can be granted`;
    } catch (error) {
      if (error instanceof ConnectError && error.code === Code.InvalidArgument) return error.rawMessage;
      throw error;
    }
  }
}

/** Which of two rows would win is nobody's guess. */
function findDuplicates(changes: readonly Change[]): RowFault[] {
  const lines = new Map<string, number>();
  return changes.flatMap(({ line, kind, names }) => {
    const keys = names.map((name) => `${kind.word} ${name}`);
    const earlier = keys.map((key) => lines.get(key)).find((each) => each !== undefined);
    for (const key of keys) if (!lines.has(key)) lines.set(key, line);
    return earlier === undefined ? [] : [{ line, problem: `the same person and change as in line ${earlier}` }];
  });
}
