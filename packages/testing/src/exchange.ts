import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Behaviour, Refusal } from './behaviour.ts'
import type { Speaker, SpokenError } from './dialect.ts'
import { speakerAt } from './dialects.ts'
import type { Entry, ProviderLog } from './log.ts'
import { type Patience, patience } from './patience.ts'

/** One request on its way to an answer. */
export interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly entry: Entry
  /** What it is answered with; the provider's usual behaviour until its body has been read. */
  behaviour: Behaviour
  readonly patience: Patience
  /** The dialect that it is asked in. */
  readonly speaker: Speaker
  /** Headers that every answer of this dialect carries. */
  readonly headers: () => Record<string, string>
  /** An error, as this dialect says it. */
  readonly error: (refusal: Refusal) => SpokenError
  /** Whoever waits for a condition looks again. */
  readonly changed: () => void
  readonly end: (outcome: Exclude<Entry['outcome'], 'open'>) => void
}

/** Enter a request in the log, and watch for the client to leave. */
export function openExchange(
  req: IncomingMessage,
  res: ServerResponse,
  { log, changed, always }: { log: ProviderLog; changed: () => void; always: Behaviour },
): Exchange {
  const startedMs = performance.now()
  const entry = log.begin({ method: req.method ?? 'GET', path: req.url ?? '/', headers: req.headers })
  const waits = patience()
  const speaker = speakerAt(entry.path)
  res.once('close', () => {
    waits.leave()
    // Of no effect on an exchange that has ended well before.
    log.end(entry, 'aborted')
  })
  return {
    req,
    res,
    entry,
    behaviour: always,
    patience: waits,
    speaker,
    headers: () => speaker.headers(entry.id, performance.now() - startedMs),
    error: (refusal) => speaker.error(refusal, entry.id),
    changed,
    end: (outcome) => log.end(entry, outcome),
  }
}
