// The kinds of changes that a file can contain. They follow from what the connector has.
import { create } from '@bufbuild/protobuf';
import { ActionType } from '#gen/c1/connector/v2/action_pb.js';
import { ConnectorAccountCreationSchemaSchema } from '#gen/c1/connector/v2/connector_pb.js';
import type { Connector } from '../author/connector.ts';
import type { AccountManager } from '../author/provisioner.ts';
import { ActionRegistry, type RegisteredAction } from '../services/actions/action-registry.ts';
import { findAccountSyncers, findDefaultAccountSyncer } from '../services/provisioning/account-syncers.ts';

/** How a cell is written: a `map` has a column per key, and an `other` value is only possible in NDJSON. */
export type CellType = 'text' | 'flag' | 'number' | 'map' | 'other';

export interface ChangeField {
  readonly type: CellType;
  readonly isRequired: boolean;
}

/** What is done for a row. */
export type ChangeWork =
  | { readonly kind: 'create'; readonly accounts: AccountManager }
  | { readonly kind: 'grant'; readonly column: string }
  | { readonly kind: 'action'; readonly found: RegisteredAction; readonly accountArgument: string };

export interface ChangeKind {
  /** In the column `change`. */
  readonly word: string;
  /** Its columns beside `change` and `person`. */
  readonly fields: ReadonlyMap<string, ChangeField>;
  readonly work: ChangeWork;
}

/** Short words for the actions that ConductorOne knows too. */
const wordsOfTypes = new Map([
  [ActionType.ACCOUNT_ENABLE, 'activate'],
  [ActionType.ACCOUNT_DISABLE, 'deactivate'],
  [ActionType.ACCOUNT_UPDATE_PROFILE, 'attributes'],
]);

/** Every kind of change that the connector supports, by its word. */
export function findKinds(connector: Connector): ReadonlyMap<string, ChangeKind> {
  const kinds = new Map<string, ChangeKind>();
  const add = (kind: ChangeKind) => void (kinds.has(kind.word) || kinds.set(kind.word, kind));
  const accounts = findDefaultAccountSyncer(findAccountSyncers(connector.resourceTypes))?.accounts;
  if (accounts) add(creation(accounts));
  for (const column of Object.keys(connector.naming?.entitlements ?? {})) {
    const fields = new Map([[column, { type: 'text', isRequired: true } as const]]);
    add({ word: column, fields, work: { kind: 'grant', column } });
  }
  for (const found of new ActionRegistry(connector).all) {
    const kind = actionKind(found);
    if (kind) add(kind);
  }
  return kinds;
}

function creation(accounts: AccountManager): ChangeKind {
  const { fieldMap } = create(ConnectorAccountCreationSchemaSchema, accounts.schema);
  const own = Object.entries(fieldMap).map(
    ([name, { field, required }]) => [name, { type: typeOf(field.case), isRequired: required }] as const,
  );
  // An account always has these, whatever its form asks for.
  const common = ['login', 'email'].map((name) => [name, { type: 'text', isRequired: false }] as const);
  return {
    word: 'create',
    fields: new Map<string, ChangeField>([...common, ...own]),
    work: { kind: 'create', accounts },
  };
}

/** An action is a kind of change if it is about one resource. Its word is short where ConductorOne knows it too. */
function actionKind(found: RegisteredAction): ChangeKind | undefined {
  const { name, arguments: all, actionType } = found.schema;
  const [account, ...others] = all.filter(({ field }) => field.case === 'resourceIdField');
  if (!account || others.length > 0) return undefined;
  const fields = all
    .filter((each) => each !== account)
    .map(({ name, field, isRequired }) => [name, { type: typeOf(field.case), isRequired }] as const);
  return {
    word: actionType.map((type) => wordsOfTypes.get(type)).find((word) => word !== undefined) ?? name,
    fields: new Map(fields),
    work: { kind: 'action', found, accountArgument: account.name },
  };
}

/** The cases of fields in the forms of accounts and of actions. */
function typeOf(fieldCase: string | undefined): CellType {
  switch (fieldCase) {
    case 'stringField':
      return 'text';
    case 'boolField':
      return 'flag';
    case 'intField':
      return 'number';
    case 'mapField':
    case 'stringMapField':
      return 'map';
    default:
      return 'other';
  }
}
