import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { machineTimers, type Timers } from '../../core/timers.ts'
import { clientFor, giveUpWhenSilent, isCluster, type RedisTarget } from './connection.ts'

export interface Subscriber {
  readonly heard: (message: string) => void
  /** Something may have been said that was not heard: from now on all is heard again. */
  readonly missed: () => void
  /** It cannot listen just now; it goes on trying. */
  readonly failed: (error: Error) => void
  readonly timers?: Timers
}

/** How often the server is asked whether it is still there, and how long it may take to say so, ms. */
const ASK_MS = 1000
/** How long after a connection was lost the next one is tried, ms. */
const AGAIN_MS = 250

/** A connection that ends when it is lost: what was missed meanwhile must be told of, so none comes back by itself. */
const ONCE = { retryStrategy: () => null, autoResubscribe: false } satisfies RedisOptions

/**
 * Hear what is published on a channel, on a connection of its own, for as long as it is not ended; a connection that is
 * lost is followed by another. Every time that it listens anew it tells that something may have been missed, the first
 * time too.
 *
 * @returns ends it.
 */
export function subscribeRedis(
  target: RedisTarget,
  channel: string,
  { heard, missed, failed, timers = machineTimers }: Subscriber,
): () => void {
  const servers = serversOf(target)
  let connection: Redis | undefined
  let stopAsking = () => {}
  let timer: unknown
  let ended = false

  function open(): void {
    const opened = servers.open()
    if (!opened) return again()
    connection = opened
    opened.on('error', failed)
    opened.on('message', (_, message: string) => heard(message))
    opened.on('end', again)
    opened.on('ready', () => {
      opened.subscribe(channel).then(
        () => {
          if (ended) return
          missed()
          stopAsking = giveUpWhenGone(opened, timers)
        },
        (error: Error) => {
          failed(error)
          opened.disconnect()
        },
      )
    })
    giveUpWhenSilent(opened)
  }

  function again(): void {
    stopAsking()
    if (!ended) timer = timers.setTimeout(open, AGAIN_MS)
  }

  open()
  return () => {
    ended = true
    stopAsking()
    timers.clearTimeout(timer)
    connection?.disconnect()
    connection?.stream?.destroy()
    servers.close()
  }
}

/** A connection that was cut without a word hears nothing, and would not know. @returns ends it. */
function giveUpWhenGone(connection: Redis, timers: Timers): () => void {
  let timer: unknown
  function ask(): void {
    timer = timers.setTimeout(() => connection.stream.destroy(), ASK_MS)
    connection.ping().then(wait, () => {})
  }
  function wait(): void {
    timers.clearTimeout(timer)
    if (connection.status === 'ready') timer = timers.setTimeout(ask, ASK_MS)
  }
  wait()
  return () => timers.clearTimeout(timer)
}

interface Servers {
  /** Connect to one of them; undefined while none is known. */
  open(): Redis | undefined
  close(): void
}

/** In a Cluster any master will do: all of them pass on what is published. */
function serversOf(target: RedisTarget): Servers {
  if (!isCluster(target)) return { open: () => clientFor(target, ONCE) as Redis, close: () => {} }
  const cluster = clientFor(target) as Cluster
  cluster.on('error', () => {})
  return {
    open() {
      const masters = cluster.nodes('master')
      const some = masters[Math.floor(Math.random() * masters.length)]
      return some?.duplicate({ ...ONCE, lazyConnect: false })
    },
    close: () => cluster.disconnect(),
  }
}
