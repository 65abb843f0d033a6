// The open connections of a process. When there are too many, one without a call gives way: first those that never had one.
import type { Socket } from 'node:net';
import { describePeer } from './describe-peer.ts';
import type { RefusalLog } from './refusal-log.ts';
import { type ServerLimits, startTimer } from './server-limits.ts';

/** How long a connection may take to close before its socket is destroyed. */
const closeTimeoutMs = 1000;

/** The times that a connection without a call may last. */
type Phase = 'prefaceTimeoutMs' | 'firstCallTimeoutMs' | 'idleTimeoutMs';

const phases: Readonly<Record<Phase, string>> = {
  prefaceTimeoutMs: 'closed a connection that did not begin with HTTP',
  firstCallTimeoutMs: 'closed a connection that made no call',
  idleTimeoutMs: 'closed an idle connection',
};

export class Connections {
  readonly #limits: ServerLimits;
  readonly #refusals: RefusalLog;
  readonly #all = new Set<Connection>();
  readonly #byAddress = new Map<string, Connection>();
  /** Those that never had a call, the oldest first. */
  readonly #unused = new Set<Connection>();
  /** Those without a call now, the longest idle first. */
  readonly #idle = new Set<Connection>();

  constructor(limits: ServerLimits, refusals: RefusalLog) {
    this.#limits = limits;
    this.#refusals = refusals;
  }

  get size(): number {
    return this.#all.size;
  }

  /** The connection of a TCP socket, or of the TLS socket that encrypts it. */
  find(socket: Socket): Connection | undefined {
    return this.#byAddress.get(addressOf(socket) ?? '');
  }

  /** Undefined when there are too many and each has a call. */
  admit(socket: Socket): Connection | undefined {
    const peer = describePeer(socket);
    if (this.#all.size >= this.#limits.connectionsMax) {
      const [idlest] = [...this.#unused.values().take(1), ...this.#idle.values().take(1)];
      if (!idlest) {
        this.#refusals.add('connectionsMax', 'refused a connection: all others have calls', peer);
        return undefined;
      }
      this.#refusals.add('connectionsMax', 'closed a connection without a call for a new one', idlest.peer);
      idlest.close();
    }
    const connection = new Connection(socket, peer, {
      limits: this.#limits,
      onPhase: (phase) => {
        this.#unused.delete(connection);
        this.#idle.delete(connection);
        if (phase === 'idleTimeoutMs') this.#idle.add(connection);
        else if (phase) this.#unused.add(connection);
      },
      onTimeout: (phase) => {
        if (phase !== 'idleTimeoutMs') this.#refusals.add(phase, phases[phase], peer);
        connection.close();
      },
      onClosed: () => {
        this.#all.delete(connection);
        this.#unused.delete(connection);
        this.#idle.delete(connection);
      },
    });
    this.#all.add(connection);
    const address = addressOf(socket);
    if (address !== undefined) {
      this.#byAddress.set(address, connection);
      socket.once('close', () => this.#byAddress.delete(address));
    }
    connection.enter('prefaceTimeoutMs');
    return connection;
  }
}

/** Of both ends: two servers may have callers at the same port. Unix sockets have none. */
function addressOf(socket: Socket): string | undefined {
  const peer = describePeer(socket);
  return peer && `${peer} ${socket.localPort}`;
}

interface ConnectionOptions {
  readonly limits: ServerLimits;
  /** It waits for something else now: undefined while it has a call. */
  readonly onPhase: (phase: Phase | undefined) => void;
  readonly onTimeout: (phase: Phase) => void;
  /** It is closed, or closes now. */
  readonly onClosed: () => void;
}

export class Connection {
  readonly peer: string | undefined;
  /** Closes it as its protocol does. Without it, the socket is destroyed. */
  closeGently: (() => void) | undefined;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  #phase: Phase | undefined;
  #timer: NodeJS.Timeout | undefined;
  #calls = 0;
  #closed = false;

  constructor(socket: Socket, peer: string | undefined, options: ConnectionOptions) {
    this.#socket = socket;
    this.peer = peer;
    this.#options = options;
    socket.once('close', () => this.#end());
  }

  /** The caller speaks the protocol. */
  greeted(): void {
    if (this.#phase === 'prefaceTimeoutMs') this.enter('firstCallTimeoutMs');
  }

  callStarted(): void {
    this.#calls++;
    this.enter(undefined);
  }

  callEnded(): void {
    this.#calls--;
    if (this.#calls === 0) this.enter('idleTimeoutMs');
  }

  /** Begins the time of a phase. */
  enter(phase: Phase | undefined): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#phase = phase;
    this.#timer = phase && startTimer(this.#options.limits[phase], () => this.#options.onTimeout(phase));
    this.#options.onPhase(phase);
  }

  /** Closes it, and counts it no more. */
  close(): void {
    const destroy = () => void this.#socket.destroy();
    // A caller that has not even begun gets no farewell.
    if (this.closeGently && this.#phase !== 'prefaceTimeoutMs') {
      this.closeGently();
      startTimer(closeTimeoutMs, destroy);
    } else {
      destroy();
    }
    this.#end();
  }

  /** Ends all calls at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #end(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#options.onClosed();
  }
}
