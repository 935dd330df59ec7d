import type { Result } from '../shared/kernel/result.ts';
import type { Guards } from '../shared/redemption/guards.ts';

/** Everything that the core needs from the world. Each host makes one in its `compose.ts`. */
export type CorePorts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: KeyStore;
  readonly anchor: AnchorStore;
  readonly centre: CentreTransport;
  readonly logger: Logger;
  /** The folder of `ledger.db`; it exists and belongs to this ledger alone. */
  readonly dataDir: string;
  readonly host: 'electron' | 'web';
  readonly version: string;
  /** Fonts for letters that PDF has none of its own for; absent: such letters are left out. */
  readonly fontFolder?: string;
  /** Make a demo location when there is no ledger yet. */
  readonly demo: boolean;
  /** Cost of the PIN hash as a power of two; `DEFAULT_PIN_COST` unless a test makes it cheap. */
  readonly pinCost?: number;
  /** Rules of the protocol that a simulation takes away to see what they are for; all of them where absent. */
  readonly guards?: Guards;
  /** The system's own, unless a simulation makes time pass. */
  readonly timers?: Timers;
};

export type Clock = {
  /** UTC milliseconds; people may set it. */
  now(): number;
  /** Milliseconds since some fixed moment of this process; nobody can set it. */
  monotonicMs(): number;
};

/** Work in the background. It never keeps the process alive. Both give what stops it. */
export type Timers = {
  every(ms: number, work: () => void): () => void;
  after(ms: number, work: () => void): () => void;
};

export type Random = {
  /** Cryptographically secure. */
  bytes(count: number): Uint8Array;
};

/**
 * `ledger`: 32 bytes that encrypt the database. `device`: 32 bytes, the Ed25519 seed that signs sync requests.
 * `next`: the ledger's key to be, kept while the ledger is being put under it.
 */
export type KeyName = 'ledger' | 'device' | 'next';

/**
 * `key_unavailable`: no keychain (and plaintext is refused), an unreadable or damaged file. `key_locked`: a passphrase
 * wraps the keys, and nobody has given it.
 */
export type KeyFault = {
  readonly code: 'key_unavailable' | 'key_locked' | 'passphrase_wrong';
  readonly reason: string;
};

export type KeyStore = {
  /** Where the keys are, for the person who looks after them; absent where it is nobody's business. */
  readonly place?: string;
  /** `undefined`: none was ever saved. */
  load(name: KeyName): Promise<Result<Uint8Array | undefined, KeyFault>>;
  /** Durable when it resolves; never replaces a key of the same name. */
  save(name: KeyName, key: Uint8Array): Promise<Result<void, KeyFault>>;
  /** Absent: the ledger keeps its key for good. */
  readonly rotation?: KeyRotation;
  /** Absent: no passphrase can wrap the keys. */
  readonly passphrase?: KeyPassphrase;
};

export type KeyRotation = {
  /** In one durable step: `next` becomes `ledger`, and what was `ledger` joins the retired keys. */
  promote(): Promise<Result<void, KeyFault>>;
  /** Forgets `next`. */
  discardNext(): Promise<Result<void, KeyFault>>;
  /** Earlier keys of the ledger, newest first: they open the backups that were made under them. */
  retired(): Promise<Result<readonly Uint8Array[], KeyFault>>;
};

export type KeyPassphrase = {
  isSet(): boolean;
  /**
   * Wraps the keys in another passphrase, or in none (`next` undefined). `current` must be right where there is one.
   */
  change(current: string | undefined, next: string | undefined): Promise<Result<void, KeyFault>>;
};

/** Two small slots outside the data directory, written in turn. `till/anchor` decides what they hold. */
export type AnchorStore = {
  /** `undefined`: never written. */
  read(slot: AnchorSlot): Uint8Array | undefined;
  /** Reaches the operating system, not necessarily the disk. */
  write(slot: AnchorSlot, bytes: Uint8Array): void;
  /** Everything written is on the disk. */
  flush(): void;
  close(): void;
};
export type AnchorSlot = 'a' | 'b';

export type CentreRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly timeoutMs: number;
  /** More answer bytes than this count as a transport fault. */
  readonly maxResponseBytes: number;
  /** Gives the request up. */
  readonly signal?: AbortSignal;
};

export type CentreResponse = {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** Resolves with any HTTP answer; rejects when there was none (refused, timed out, cut off). */
export type CentreTransport = {
  request(request: CentreRequest): Promise<CentreResponse>;
  /** A question may stay open for half a minute. Absent: everything is answered at once, or not at all. */
  readonly canWait?: boolean;
};

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** English, for whoever looks after the machine. Never codes, customers, PINs or keys. */
export type Logger = {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
};
