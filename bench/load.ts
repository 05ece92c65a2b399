import { Pool } from 'undici'
import { answering } from './processes/answering.ts'
import { quantile } from './statistics.ts'

/** What to ask of whom, for how long. */
export interface LoadOrder {
  readonly url: string
  readonly asked: Asked
  /**
   * `connections`: as many callers, each asking again as soon as it has its answer (saturation). `perSecond`: requests
   * at fixed times, whatever became of those before; a target that stalls keeps all of them waiting, and each wait
   * counts (no coordinated omission).
   */
  readonly pace: { readonly connections: number } | { readonly perSecond: number }
  readonly ms: number
}

/** A request, the same each time. */
export interface Asked {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What is shorter is no answer, bytes. */
  readonly leastBytes: number
}

export interface LoadReport {
  readonly requests: number
  readonly elapsedMs: number
  /** From sending a request to the last byte of its answer, ms. */
  readonly latencyMs: Quantiles
  /** To the first byte of its body, ms. */
  readonly firstByteMs: Quantiles
}

export interface Quantiles {
  readonly p50: number
  readonly p99: number
}

/** Enough for any pace of the bench, so that no request waits for a connection. */
const MOST_CONNECTIONS = 256

interface Timing {
  readonly firstByteMs: number
  readonly latencyMs: number
}

async function run(order: LoadOrder): Promise<LoadReport> {
  const { pace, ms } = order
  const connections = 'connections' in pace ? pace.connections : MOST_CONNECTIONS
  const pool = new Pool(order.url, { connections })
  const timings: Timing[] = []
  const once = async () => void timings.push(await request(pool, order))
  const startedAtMs = performance.now()
  if ('connections' in pace) await closedLoop(once, pace.connections, startedAtMs + ms)
  else await openLoop(once, pace.perSecond, startedAtMs, ms)
  const elapsedMs = performance.now() - startedAtMs
  await pool.close()
  return {
    requests: timings.length,
    elapsedMs,
    latencyMs: quantilesOf(timings.map(({ latencyMs }) => latencyMs)),
    firstByteMs: quantilesOf(timings.map(({ firstByteMs }) => firstByteMs)),
  }
}

async function closedLoop(once: () => Promise<void>, callers: number, untilMs: number): Promise<void> {
  const caller = async () => {
    while (performance.now() < untilMs) await once()
  }
  await Promise.all(Array.from({ length: callers }, caller))
}

function openLoop(
  once: () => Promise<void>,
  perSecond: number,
  startedAtMs: number,
  ms: number,
): Promise<void> {
  const total = Math.round((perSecond * ms) / 1000)
  const sent: Promise<void>[] = []
  return new Promise((resolve, reject) => {
    const tick = () => {
      const due = Math.min(total, Math.ceil(((performance.now() - startedAtMs) * perSecond) / 1000))
      while (sent.length < due) sent.push(once())
      if (sent.length < total) return void setTimeout(tick, 1)
      Promise.all(sent).then(() => resolve(), reject)
    }
    tick()
  })
}

/** One request, timed; anything but a whole answer ends the bench, since its figures would mean nothing. */
function request(pool: Pool, { asked, url }: LoadOrder): Promise<Timing> {
  const { path, headers, body, leastBytes } = asked
  return new Promise((resolve, reject) => {
    const startedAtMs = performance.now()
    let firstByteMs = 0
    let status = 0
    let bytes = 0
    pool.dispatch(
      {
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      },
      {
        onRequestStart() {},
        onResponseStart(_, code) {
          status = code
        },
        onResponseData(_, chunk) {
          firstByteMs ||= performance.now() - startedAtMs
          bytes += chunk.length
        },
        onResponseEnd() {
          const latencyMs = performance.now() - startedAtMs
          if (status === 200 && bytes >= leastBytes) resolve({ firstByteMs, latencyMs })
          else reject(new Error(`${url} answered ${status} with ${bytes} bytes`))
        },
        onResponseError: (_, error) => reject(error),
      },
    )
  })
}

function quantilesOf(values: readonly number[]): Quantiles {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) }
}

answering((order: LoadOrder) => run(order))
