import type { StreamDecoder } from '../../format.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { Finish } from '../../neutral/answer.ts'
import { BROKEN_OFF, type ProviderError } from '../../neutral/provider-error.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import type { Usage } from '../../usage.ts'
import { readError } from '../errors.ts'
import { field, objectsField, textField } from '../fields.ts'
import { readUsage } from '../usage.ts'
import { callIds } from './call-ids.ts'
import { type CandidateDecoder, candidateDecoder } from './candidate-decoder.ts'

/** What has come of a stream. */
interface Progress {
  state: 'waiting' | 'running' | 'over'
  id: string
  usage: Usage | undefined
  /** The request itself was withheld: there are no candidates. */
  blocked: boolean
  readonly candidates: Map<number, CandidateDecoder>
  /** What is told of it, until it is taken. */
  readonly told: StreamEvent[]
}

function waiting(): Progress {
  return { state: 'waiting', id: '', usage: undefined, blocked: false, candidates: new Map(), told: [] }
}

/**
 * A stream of generateContent: every event is an answer of its own, with what is new of each candidate and the usage so
 * far. Nothing marks its end. https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 */
export function streamDecoder(): StreamDecoder {
  const progress = waiting()
  return {
    push({ json }) {
      if (json && progress.state !== 'over') decodeSafely(json, progress)
      return progress.told.splice(0)
    },
    end() {
      finish(progress)
      return progress.told.splice(0)
    },
  }
}

/** The events of an answer that came whole. @throws TollgateError where a field of it cannot be read. */
export function decodeAnswer(body: JsonObject): readonly StreamEvent[] {
  const progress = waiting()
  decodeChunk(body, progress)
  finish(progress)
  return progress.told
}

/** A chunk that is none of Gemini's is the provider's fault, and ends the stream. */
function decodeSafely(chunk: JsonObject, progress: Progress): void {
  try {
    decodeChunk(chunk, progress)
  } catch {
    fail(UNREADABLE, progress)
  }
}

function decodeChunk(chunk: JsonObject, progress: Progress): void {
  if (isObject(chunk.error)) return fail(readError(undefined, chunk), progress)
  start(chunk, progress)
  for (const candidate of objectsField(chunk, 'candidates')) {
    const { index = 0 } = candidate
    if (typeof index === 'number') candidateAt(index, progress).push(candidate)
  }
  const feedback = field(chunk, 'promptFeedback')
  progress.blocked ||= isObject(feedback) && field(feedback, 'blockReason') !== undefined
  progress.usage = readUsage(field(chunk, 'usageMetadata')) ?? progress.usage
}

function fail(error: ProviderError, progress: Progress): void {
  progress.state = 'over'
  progress.told.push({ type: 'error', error }, { type: 'end' })
}

function start(chunk: JsonObject, progress: Progress): void {
  if (progress.state !== 'waiting') return
  progress.state = 'running'
  progress.id = textField(chunk, 'responseId') ?? ''
  const made = Date.parse(textField(chunk, 'createTime') ?? '')
  progress.told.push({
    type: 'start',
    id: progress.id,
    model: textField(chunk, 'modelVersion') ?? '',
    // Vertex alone says when an answer was made.
    createdAtSec: Number.isNaN(made) ? 0 : Math.floor(made / 1_000),
  })
}

function candidateAt(index: number, { candidates, id, told }: Progress): CandidateDecoder {
  const known = candidates.get(index)
  if (known) return known
  // Ids of calls are told apart from those of other answers in the same conversation.
  const ids = callIds(['call', id, ...(index === 0 ? [] : [index])].filter((word) => word !== '').join('_'))
  const candidate = candidateDecoder(index, ids, told)
  candidates.set(index, candidate)
  return candidate
}

/** The end of the answer; of one that breaks off without a reason, as an error: it is not whole. */
function finish(progress: Progress): void {
  if (progress.state === 'over') return
  const { candidates, blocked, usage, told } = progress
  const finishes = new Map<number, Finish>()
  for (const [index, candidate] of candidates) {
    const ended = candidate.end()
    if (ended) finishes.set(index, ended)
  }
  if (candidates.size === 0 && blocked) finishes.set(0, { reason: 'content_filter' })
  if (finishes.size === 0 || finishes.size < candidates.size) return fail(BROKEN_OFF, progress)
  progress.state = 'over'
  for (const [choice, ended] of finishes) told.push({ type: 'finish', choice, finish: ended })
  if (usage) told.push({ type: 'usage', usage })
  told.push({ type: 'end' })
}

const UNREADABLE = {
  status: 502,
  kind: 'server',
  message: 'The provider sent a chunk that is not an answer of generateContent.',
} as const
