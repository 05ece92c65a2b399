import { setImmediate } from 'node:timers'
import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import { machineTimers } from '../../core/timers.ts'
import type { AnyScript, Argument } from './scripts/script.ts'

/**
 * Where the books are: a URL (`redis://`, `rediss://` for TLS), ioredis's own options (Sentinel, TLS, ACL), the nodes of
 * a Cluster, or a client that the application has: that one is duplicated and otherwise left alone.
 */
export type RedisTarget =
  | string
  | RedisOptions
  | { readonly cluster: readonly ClusterNode[]; readonly options?: ClusterOptions }
  | ExistingClient

/** An ioredis client or Cluster of any release: only these two of its members are used. */
export interface ExistingClient {
  readonly isCluster: boolean
  duplicate(...options: never[]): unknown
}

export interface RedisConnection {
  readonly isCluster: boolean
  /** Why there is no connection just now; undefined while there is one, and until the first attempt has failed. */
  readonly fault: Error | undefined
  /** @param words how many keys, the keys, the arguments. */
  run(script: AnyScript, words: readonly Argument[]): Promise<unknown>
  /** A plain command; in a Cluster it goes where its first key is. */
  call(command: string, ...args: readonly (string | number)[]): Promise<unknown>
  /** A plain command on every server that takes writes. */
  callEach(command: string, ...args: readonly string[]): Promise<readonly unknown[]>
  /** Give up what is on its way and connect anew. */
  reconnect(): void
  /** Take leave of the server; of one that does not answer without its word. */
  close(): Promise<void>
}

/** How long a server may say nothing before the connection is ready for commands, ms: then it is made anew. */
const GREETING_MS = 2000
/** How long a server may take to say goodbye, ms. */
const GOODBYE_MS = 1000

/**
 * What must hold whatever the application has set. Nothing is ever sent again unasked and nothing waits for a server that
 * is away: a command that fails is the ledger's to repeat, because only the ledger knows what it meant. Deadlines are
 * kept in one place for all commands (`in-flight`), not by a timer for each.
 */
const SAFE = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: false,
  stringNumbers: true,
  replyMapping: 'legacy',
  // Not known to Redis 7.0, and one command less that an ACL must allow.
  disableClientInfo: true,
  readOnly: false,
  keyPrefix: '',
  retryStrategy: (attempt: number) => Math.min(50 * attempt, 1000),
  // Whoever answers so was a master: the name now stands for another server, or soon will.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  // A sentinel that hangs is passed over, as one that is dead.
  sentinelCommandTimeout: GREETING_MS,
} satisfies RedisOptions

const SAFE_CLUSTER = {
  // A Cluster connects to a node when the first command goes there, and would refuse the second one meanwhile. What waits
  // there is bounded all the same: by the commands in flight, and by the breaker.
  enableOfflineQueue: true,
  enableAutoPipelining: false,
  keyPrefix: '',
  scaleReads: 'master',
  clusterRetryStrategy: SAFE.retryStrategy,
  // Zero: a connection that closes fails its commands instead of sending them to another node.
  retryDelayOnFailover: 0,
  redisOptions: {
    autoResendUnfulfilledCommands: SAFE.autoResendUnfulfilledCommands,
    maxRetriesPerRequest: SAFE.maxRetriesPerRequest,
    stringNumbers: SAFE.stringNumbers,
    replyMapping: SAFE.replyMapping,
    disableClientInfo: SAFE.disableClientInfo,
    reconnectOnError: SAFE.reconnectOnError,
  },
} satisfies ClusterOptions

type Client = Redis | Cluster
type ClusterSettings = ConstructorParameters<typeof Cluster>[1] & object

/** @param onFault told when the connection fails; it is made anew by itself. */
export function connectRedis(target: RedisTarget, onFault: (error: Error) => void): RedisConnection {
  const client = clientFor(target)
  const scripts = client as unknown as Record<string, (...words: Argument[]) => Promise<unknown>>
  /** By the script's hash, then by the number of keys. */
  const commands = new Map<string, string[]>()
  const gather = gatherer(client)
  let isReady = false
  let fault: Error | undefined
  const firstReady = new Promise<void>((resolve) => client.once('ready', resolve)).then(() => {
    isReady = true
  })
  client.on('ready', () => {
    fault = undefined
  })
  client.on('error', (error) => {
    fault = error
    onFault(error)
  })
  if (client.isCluster) client.on('+node', giveUpWhenSilent)
  else giveUpWhenSilent(client as Redis)

  /** The first commands of a process wait for its connection; later ones fail at once when there is none. */
  function whenReady<T>(send: () => Promise<T>): Promise<T> {
    return isReady ? send() : firstReady.then(send)
  }

  /** One command per number of keys, since only a fixed number lets a Cluster route by key; two releases never mix. */
  function define({ name, lua, sha1 }: AnyScript, numberOfKeys: number): string {
    const known = commands.get(sha1) ?? []
    commands.set(sha1, known)
    const command = known[numberOfKeys] ?? `tollgate_${name}_${sha1.slice(0, 12)}_${numberOfKeys}`
    if (known[numberOfKeys] === undefined) client.defineCommand(command, { lua, numberOfKeys })
    known[numberOfKeys] = command
    return command
  }

  return {
    isCluster: client.isCluster,
    get fault() {
      return fault
    },
    run(script, [numberOfKeys, ...words]) {
      const command = define(script, Number(numberOfKeys))
      return whenReady(() => {
        gather()
        return scripts[command]!(...words)
      })
    },
    call: (command, ...args) => whenReady(() => client.call(command, ...args) as Promise<unknown>),
    callEach: (command, ...args) =>
      whenReady(() => Promise.all(serversOf(client).map((server) => server.call(command, ...args)))),
    reconnect() {
      // Not by ioredis's own `disconnect`: it waits for the server to close its side, and ends a client for good that is
      // just then asking the sentinels.
      for (const { stream } of serversOf(client)) stream?.destroy()
    },
    async close() {
      const servers = serversOf(client)
      await within(GOODBYE_MS, client.quit())
      client.disconnect()
      for (const { stream } of servers) stream?.destroy()
    },
  }
}

/**
 * A server that hangs is still connected to: its system takes connections in its name. ioredis waits for its first words
 * without end, so that behind sentinels, or an address that is moved, nobody would ever come to the server that is well.
 */
export function giveUpWhenSilent(server: Redis): void {
  server.on('connect', () => {
    const { stream } = server
    stream.setTimeout(GREETING_MS, () => {
      stream.destroy(new Error(`it was connected, and has said nothing for ${GREETING_MS} ms`))
    })
  })
  server.on('ready', () => server.stream.setTimeout(0))
}

/** Resolves when the work is done, has failed, or the time is up. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = machineTimers.setTimeout(resolve, ms)
    const done = () => {
      machineTimers.clearTimeout(timer)
      resolve()
    }
    work.then(done, done)
  })
}

/**
 * Let what is sent in one turn of the event loop leave together. A packet of its own for each command costs several times
 * what the command does, on both sides; ioredis's own pipelining would cost more than it saves. A Cluster has a
 * connection a node, and is left as it is.
 */
function gatherer(client: Client): () => void {
  let corked: { uncork(): void } | undefined
  function letGo(): void {
    corked?.uncork()
    corked = undefined
  }
  return () => {
    if (corked || !('stream' in client) || !client.stream) return
    client.stream.cork()
    corked = client.stream
    setImmediate(letGo)
  }
}

/** What may be wanted of one connection alone. */
type Own = Pick<RedisOptions, 'retryStrategy' | 'autoResubscribe'>

/** @param own of a Cluster's connections, nothing. */
export function clientFor(target: RedisTarget, own: Own = {}): Client {
  if (typeof target === 'string') return new Redis(target, { ...SAFE, ...own })
  if (isClient(target)) return duplicateOf(target, own)
  if ('cluster' in target) {
    const { cluster, options } = target
    const redisOptions = { ...options?.redisOptions, ...SAFE_CLUSTER.redisOptions }
    return new Cluster([...cluster], { ...options, ...SAFE_CLUSTER, redisOptions } as ClusterSettings)
  }
  return new Redis({ ...(target as RedisOptions), ...SAFE, ...own })
}

/** Whether several servers are behind it. */
export const isCluster = (target: RedisTarget): boolean =>
  typeof target !== 'string' && (isClient(target) ? target.isCluster : 'cluster' in target)

const isClient = (target: object): target is ExistingClient =>
  'duplicate' in target && typeof target.duplicate === 'function'

function duplicateOf(client: ExistingClient, own: Own): Client {
  const copy = client as unknown as { duplicate(...options: unknown[]): Client }
  return client.isCluster
    ? copy.duplicate([], { ...SAFE_CLUSTER, lazyConnect: false })
    : copy.duplicate({ ...SAFE, lazyConnect: false, ...own })
}

const serversOf = (client: Client): Redis[] =>
  client.isCluster ? (client as Cluster).nodes('master') : [client as Redis]
