// What remains to be done in a sync: a stack of actions. It can be saved after every page and continued from there.
import { createHash } from 'node:crypto';
import { type ActionInit, action, callKey, type SyncAction } from './sync-action.ts';

/** What earlier steps found for later ones to do, and what the sync leaves out. */
export interface SyncFlags {
  /** A grant with GrantExpandable was stored. */
  needsExpansion: boolean;
  /** A grant with an external match was stored. */
  hasExternalResourceGrants: boolean;
  /** A targeted sync: it fetches the resources that its grants name. */
  shouldFetchRelatedResources: boolean;
  shouldSkipEntitlementsAndGrants: boolean;
  shouldSkipGrants: boolean;
}

/** What follows a page, or the planning of actions. */
export interface Outcome {
  /** Where the action continues; empty if it is done. */
  readonly nextPageToken: string;
  /** What to do before it continues, in this order. */
  readonly actions: readonly ActionInit[];
  /** Whether the actions of whole types have been planned. */
  readonly typeScopedPlanned?: boolean | undefined;
}

/** The parts of a state: what a checkpoint contains. */
export interface SyncStateInit {
  /** By ascending id: the last one is the next one to do. */
  readonly actions: readonly SyncAction[];
  /** The number of actions so far, and the id of the next one. */
  readonly actionsPushed: number;
  readonly actionsCompleted: number;
  readonly flags: SyncFlags;
  /** Fields of a checkpoint that this program has no use for, such as statistics of the Go syncer. They are kept. */
  readonly others: Readonly<Record<string, unknown>>;
}

/**
 * The stack. The action on top is done page by page: after each, {@link advance} puts it back with the next page token, and
 * on top what the page added. So the ids on the stack always ascend, as the Go syncer requires of a checkpoint.
 */
export class SyncState {
  readonly flags: SyncFlags;
  readonly others: Readonly<Record<string, unknown>>;
  readonly #actions: SyncAction[];
  #actionsPushed: number;
  #actionsCompleted: number;
  /** Hashes of the calls that responses enqueued, which may be megabytes: a cycle of them would never end. */
  readonly #spawned = new Set<string>();

  constructor({ actions, actionsPushed, actionsCompleted, flags, others }: SyncStateInit) {
    this.flags = { ...flags };
    this.others = others;
    this.#actions = [...actions];
    this.#actionsPushed = actionsPushed;
    this.#actionsCompleted = actionsCompleted;
    for (const action of actions) if (action.spawned) this.#isNewSpawn(action);
  }

  /** The state of a sync that has not begun. */
  static start(): SyncState {
    const state = new SyncState({
      actions: [],
      actionsPushed: 0,
      actionsCompleted: 0,
      flags: {
        needsExpansion: false,
        hasExternalResourceGrants: false,
        shouldFetchRelatedResources: false,
        shouldSkipEntitlementsAndGrants: false,
        shouldSkipGrants: false,
      },
      others: {},
    });
    state.#push([action('init')]);
    return state;
  }

  /** The action to do next; undefined at the end of the sync. */
  get current(): SyncAction | undefined {
    return this.#actions.at(-1);
  }

  get actionsPushed(): number {
    return this.#actionsPushed;
  }

  get actionsCompleted(): number {
    return this.#actionsCompleted;
  }

  /** The actions that remain, in the order in which they will be done as far as is known. */
  *upcoming(): Generator<SyncAction> {
    for (let i = this.#actions.length - 1; i >= 0; i--) yield this.#actions[i] as SyncAction;
  }

  /**
   * Replaces the current action by what follows it. A page that a response enqueues is dropped if one did so before.
   * @returns How many were dropped.
   */
  advance({ nextPageToken, actions, typeScopedPlanned }: Outcome): number {
    const current = this.#actions.pop();
    if (!current) throw new Error('the sync has ended: there is no current action');
    if (nextPageToken === '') {
      this.#actionsCompleted++;
    } else {
      const isPlanned = typeScopedPlanned ?? current.typeScopedPlanned;
      this.#actions.push({ ...current, pageToken: nextPageToken, typeScopedPlanned: isPlanned });
    }
    const added = actions.filter((action) => !action.spawned || this.#isNewSpawn(action));
    this.#push(added);
    return actions.length - added.length;
  }

  /** Puts actions on top, the first one topmost. */
  #push(actions: readonly ActionInit[]): void {
    for (const action of actions.toReversed()) {
      this.#actions.push({ ...action, id: String(this.#actionsPushed).padStart(10, '0') });
      this.#actionsPushed++;
    }
  }

  #isNewSpawn(action: ActionInit): boolean {
    const hash = createHash('sha256').update(callKey(action)).digest('base64');
    const isNew = !this.#spawned.has(hash);
    this.#spawned.add(hash);
    return isNew;
  }
}
