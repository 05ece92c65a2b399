import type { StreamDecoder } from '../../format.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { readError } from '../errors.ts'
import { NO_TIME, readRefusal } from './answer-reader.ts'
import { type BlockDecoder, decodeBlock } from './block-decoder.ts'
import { readFinish } from './stop-reason.ts'
import { mergeUsage, readUsage } from './usage.ts'

/** What has come of a stream. */
interface Progress {
  state: 'waiting' | 'running' | 'over'
  model: string
  usage: JsonObject
  /** The last word about the end of the answer. */
  ending: JsonObject | undefined
  readonly blocks: Map<unknown, BlockDecoder>
  /** How many parts have been opened: each gets the next number. */
  parts: number
}

/** A stream of Messages, event by event: https://platform.claude.com/docs/en/build-with-claude/streaming */
export function streamDecoder(): StreamDecoder {
  const progress: Progress = {
    state: 'waiting',
    model: '',
    usage: {},
    ending: undefined,
    blocks: new Map(),
    parts: 0,
  }
  return {
    push(data) {
      const event = parsed(data)
      return event && progress.state !== 'over' ? [...decode(event, progress)] : []
    },
    end: () => (progress.state === 'over' ? [] : [...finish(progress)]),
  }
}

function parsed(data: string): JsonObject | undefined {
  try {
    const event: unknown = JSON.parse(data)
    return isObject(event) ? event : undefined
  } catch {
    return undefined
  }
}

function* decode(event: JsonObject, progress: Progress): Generator<StreamEvent> {
  switch (event.type) {
    case 'message_start':
      return yield* start(event.message, progress)
    case 'content_block_start': {
      yield* start(undefined, progress)
      const block = decodeBlock(isObject(event.content_block) ? event.content_block : {}, progress.parts)
      progress.parts += 1
      progress.blocks.set(event.index, block)
      return yield* block.open()
    }
    case 'content_block_delta':
      return yield* progress.blocks.get(event.index)?.delta(isObject(event.delta) ? event.delta : {}) ?? []
    case 'content_block_stop':
      return yield* close(event.index, progress)
    case 'message_delta':
      progress.usage = mergeUsage(progress.usage, event.usage)
      if (isObject(event.delta)) progress.ending = { ...progress.ending, ...event.delta }
      return
    case 'message_stop':
      return yield* finish(progress)
    case 'error':
      progress.state = 'over'
      yield { type: 'error', error: readError(undefined, event) }
      yield { type: 'end' }
  }
}

function* start(message: unknown, progress: Progress): Generator<StreamEvent> {
  if (progress.state !== 'waiting') return
  progress.state = 'running'
  const { id, model, usage } = isObject(message) ? message : {}
  progress.model = typeof model === 'string' ? model : ''
  progress.usage = mergeUsage({}, usage)
  const begun = { id: typeof id === 'string' ? id : '', model: progress.model, createdAtSec: NO_TIME }
  yield { type: 'start', ...begun }
}

function* close(index: unknown, { blocks }: Progress): Generator<StreamEvent> {
  yield* blocks.get(index)?.close() ?? []
  blocks.delete(index)
}

/** The end of the answer; of one that breaks off without a reason, as an error: it is not whole. */
function* finish(progress: Progress): Generator<StreamEvent> {
  const { ending, usage, model } = progress
  progress.state = 'over'
  if (typeof ending?.stop_reason !== 'string') {
    yield { type: 'error', error: BROKEN_OFF }
    yield { type: 'end' }
    return
  }
  for (const index of [...progress.blocks.keys()]) yield* close(index, progress)
  for (const { text } of readRefusal(ending.stop_details)) yield* whole({ type: 'refusal' }, text, progress)
  yield { type: 'finish', choice: 0, finish: readFinish(ending.stop_reason, ending.stop_sequence) }
  const read = readUsage(usage, model)
  if (read) yield { type: 'usage', usage: read }
  yield { type: 'end' }
}

const BROKEN_OFF = {
  status: 502,
  kind: 'server',
  message: 'The provider ended its stream before the answer was complete.',
} as const

function* whole(of: OpenedPart, text: string, progress: Progress): Generator<StreamEvent> {
  const at = { choice: 0, part: progress.parts }
  progress.parts += 1
  yield { type: 'open', ...at, of }
  yield { type: 'delta', ...at, text }
  yield { type: 'close', ...at }
}
