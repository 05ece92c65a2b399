import type { IncomingHttpHeaders } from 'node:http'
import type { Bill, ProviderUsage } from './prices.ts'

/**
 * How a request ended. `refused`: with an error, nothing generated and nothing billed. `died`: the provider broke off,
 * as it was ordered to. `aborted`: the client left first. `truncated` bodies and errors inside a stream are `completed`:
 * they reached the client as the provider meant them.
 */
export type ProviderOutcome = 'open' | 'completed' | 'aborted' | 'died' | 'refused'

/** One request as the provider saw it. It goes on changing until `outcome` is no longer `open`. */
export interface ProviderRequest {
  /** As sent in `x-request-id`. */
  readonly id: string
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The parsed JSON, or the fields of a form, its files as `{ name, type, bytes }`; undefined when it was neither. */
  readonly body: unknown
  readonly rawBody: Buffer
  readonly startedAtMs: number
  readonly endedAtMs?: number
  readonly outcome: ProviderOutcome
  /** The status that was answered; 0 before there was one. */
  readonly status: number
  /** A stream was asked for, and begun. */
  readonly streamed: boolean
  /** Chunks of generated text sent so far, on a stream. */
  readonly chunksSent: number
  /** Tokens billed so far: what was generated, whether or not anyone has read it. */
  readonly usage: ProviderUsage
  /** What that usage costs at the provider's own prices, nano-USD. */
  readonly nanoUsd: number
  /** What was generated so far but for thoughts, one text a choice; tool calls as their names and arguments. */
  readonly texts: readonly string[]
}

/** Everything the provider has seen since it was started or reset, requests that are still open included. */
export interface ProviderTotals {
  /** Requests that arrived. */
  readonly requests: number
  /** Requests that reached a model: neither refused nor reset. */
  readonly reached: number
  /** What was read from the prompt cache and written to it included. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly nanoUsd: number
}

/** The provider's side of a {@link ProviderRequest}. */
export interface Entry extends ProviderRequest {
  body: unknown
  rawBody: Buffer
  endedAtMs?: number
  outcome: ProviderOutcome
  status: number
  streamed: boolean
  chunksSent: number
  usage: { -readonly [Kind in keyof ProviderUsage]: ProviderUsage[Kind] }
  texts: string[]
  /** Set when the request has reached a model. */
  bill: Bill | undefined
}

export interface ProviderLog {
  readonly entries: readonly ProviderRequest[]
  readonly openStreams: number
  begin(request: Pick<Entry, 'method' | 'path' | 'headers'>): Entry
  end(entry: Entry, outcome: ProviderOutcome): void
  totals(): ProviderTotals
  reset(): void
}

interface LogOptions {
  readonly keep: number
  readonly nowMs: () => number
  readonly onChange: () => void
}

/** A record of requests: the last ones whole, and all of them in the totals. */
export function providerLog({ keep, nowMs, onChange }: LogOptions): ProviderLog {
  let entries: Entry[] = []
  const open = new Set<Entry>()
  let ended = sumOf([])
  let begun = 0

  return {
    get entries() {
      return entries
    },
    get openStreams() {
      let streams = 0
      for (const entry of open) if (entry.streamed) streams += 1
      return streams
    },
    begin(request) {
      begun += 1
      const entry = newEntry({ ...request, id: `req_simulated_${begun}`, startedAtMs: nowMs() })
      entries.push(entry)
      // Twice the number is let in before the old ones go: one copy for many requests.
      if (entries.length > 2 * keep) entries = entries.slice(-keep)
      open.add(entry)
      onChange()
      return entry
    },
    end(entry, outcome) {
      if (entry.outcome !== 'open') return
      entry.outcome = outcome
      entry.endedAtMs = nowMs()
      // One that began before a reset belongs to the past.
      if (open.delete(entry)) ended = plus(ended, sumOf([entry]))
      onChange()
    },
    totals: () => plus(ended, sumOf(open)),
    reset() {
      entries = []
      open.clear()
      ended = sumOf([])
    },
  }
}

function newEntry(request: Pick<Entry, 'id' | 'method' | 'path' | 'headers' | 'startedAtMs'>): Entry {
  const entry: Entry = {
    ...request,
    body: undefined,
    rawBody: Buffer.alloc(0),
    outcome: 'open',
    status: 0,
    streamed: false,
    chunksSent: 0,
    usage: { input: 0, cachedInput: 0, output: 0, reasoning: 0 },
    texts: [],
    bill: undefined,
    get nanoUsd() {
      return Number(entry.bill?.(entry.usage) ?? 0n)
    },
  }
  return entry
}

function sumOf(entries: Iterable<Entry>): ProviderTotals {
  const sum = { requests: 0, reached: 0, inputTokens: 0, outputTokens: 0, nanoUsd: 0 }
  for (const { bill, usage, nanoUsd } of entries) {
    sum.requests += 1
    if (bill) sum.reached += 1
    const { cacheWrite = 0, cacheWrite1h = 0, imageInput = 0, audioInput = 0, cachedAudioInput = 0 } = usage
    sum.inputTokens += usage.input + usage.cachedInput + cacheWrite + cacheWrite1h
    sum.inputTokens += imageInput + audioInput + cachedAudioInput
    sum.outputTokens += usage.output + (usage.imageOutput ?? 0) + (usage.audioOutput ?? 0)
    sum.nanoUsd += nanoUsd
  }
  return sum
}

function plus(a: ProviderTotals, b: ProviderTotals): ProviderTotals {
  return {
    requests: a.requests + b.requests,
    reached: a.reached + b.reached,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    nanoUsd: a.nanoUsd + b.nanoUsd,
  }
}
