import type { StreamDecoder } from '../../format.ts'
import { isObject, type JsonObject, parseObject } from '../../json.ts'
import type { Finish } from '../../neutral/answer.ts'
import { BROKEN_OFF } from '../../neutral/provider-error.ts'
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
}

function waiting(): Progress {
  return { state: 'waiting', id: '', usage: undefined, blocked: false, candidates: new Map() }
}

/**
 * A stream of generateContent: every event is an answer of its own, with what is new of each candidate and the usage so
 * far. Nothing marks its end. https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 */
export function streamDecoder(): StreamDecoder {
  const progress = waiting()
  return {
    push(data) {
      const chunk = parseObject(data)
      return chunk && progress.state !== 'over' ? decodeSafely(chunk, progress) : []
    },
    end: () => (progress.state === 'over' ? [] : [...finish(progress)]),
  }
}

/** The events of an answer that came whole. */
export function* decodeAnswer(body: JsonObject): Generator<StreamEvent> {
  const progress = waiting()
  yield* decodeChunk(body, progress)
  yield* finish(progress)
}

/** A chunk that is none of Gemini's is the provider's fault, and ends the stream. */
function decodeSafely(chunk: JsonObject, progress: Progress): StreamEvent[] {
  const events: StreamEvent[] = []
  try {
    for (const event of decodeChunk(chunk, progress)) events.push(event)
  } catch {
    progress.state = 'over'
    events.push({ type: 'error', error: UNREADABLE }, { type: 'end' })
  }
  return events
}

function* decodeChunk(chunk: JsonObject, progress: Progress): Generator<StreamEvent> {
  if (isObject(chunk.error)) {
    progress.state = 'over'
    yield { type: 'error', error: readError(undefined, chunk) }
    yield { type: 'end' }
    return
  }
  yield* start(chunk, progress)
  for (const candidate of objectsField(chunk, 'candidates')) {
    const { index = 0 } = candidate
    if (typeof index === 'number') yield* candidateAt(index, progress).push(candidate)
  }
  const feedback = field(chunk, 'promptFeedback')
  progress.blocked ||= isObject(feedback) && field(feedback, 'blockReason') !== undefined
  progress.usage = readUsage(field(chunk, 'usageMetadata')) ?? progress.usage
}

function* start(chunk: JsonObject, progress: Progress): Generator<StreamEvent> {
  if (progress.state !== 'waiting') return
  progress.state = 'running'
  progress.id = textField(chunk, 'responseId') ?? ''
  const made = Date.parse(textField(chunk, 'createTime') ?? '')
  yield {
    type: 'start',
    id: progress.id,
    model: textField(chunk, 'modelVersion') ?? '',
    // Vertex alone says when an answer was made.
    createdAtSec: Number.isNaN(made) ? 0 : Math.floor(made / 1_000),
  }
}

function candidateAt(index: number, { candidates, id }: Progress): CandidateDecoder {
  const known = candidates.get(index)
  if (known) return known
  // Ids of calls are told apart from those of other answers in the same conversation.
  const ids = callIds(['call', id, ...(index === 0 ? [] : [index])].filter((word) => word !== '').join('_'))
  const candidate = candidateDecoder(index, ids)
  candidates.set(index, candidate)
  return candidate
}

/** The end of the answer; of one that breaks off without a reason, as an error: it is not whole. */
function* finish(progress: Progress): Generator<StreamEvent> {
  progress.state = 'over'
  const { candidates, blocked, usage } = progress
  const finishes = new Map<number, Finish>()
  for (const [index, candidate] of candidates) {
    const ended = yield* candidate.end()
    if (ended) finishes.set(index, ended)
  }
  if (candidates.size === 0 && blocked) finishes.set(0, { reason: 'content_filter' })
  if (finishes.size === 0 || finishes.size < candidates.size) {
    yield { type: 'error', error: BROKEN_OFF }
    yield { type: 'end' }
    return
  }
  for (const [choice, ended] of finishes) yield { type: 'finish', choice, finish: ended }
  if (usage) yield { type: 'usage', usage }
  yield { type: 'end' }
}

const UNREADABLE = {
  status: 502,
  kind: 'server',
  message: 'The provider sent a chunk that is not an answer of generateContent.',
} as const
