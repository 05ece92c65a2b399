import type { StreamDecoder } from '../../format.ts'
import { isObject, type JsonObject, parseObject } from '../../json.ts'
import { type PartEvents, partEvents } from '../../neutral/part-events.ts'
import { BROKEN_OFF } from '../../neutral/provider-error.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { readError } from '../errors.ts'
import { NO_TIME, readRefusal } from './answer-reader.ts'
import { type BlockDecoder, blockDecoder } from './block-decoder.ts'
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
  readonly events: PartEvents
}

/** A stream of Messages, event by event: https://platform.claude.com/docs/en/build-with-claude/streaming */
export function streamDecoder(): StreamDecoder {
  const progress: Progress = {
    state: 'waiting',
    model: '',
    usage: {},
    ending: undefined,
    blocks: new Map(),
    events: partEvents(0),
  }
  return {
    push(data) {
      const event = parseObject(data)
      return event && progress.state !== 'over' ? [...decode(event, progress)] : []
    },
    end: () => (progress.state === 'over' ? [] : [...finish(progress)]),
  }
}

function* decode(event: JsonObject, progress: Progress): Generator<StreamEvent> {
  switch (event.type) {
    case 'message_start':
      return yield* start(event.message, progress)
    case 'content_block_start': {
      yield* start(undefined, progress)
      const block = isObject(event.content_block) ? event.content_block : {}
      progress.blocks.set(event.index, blockDecoder(block, progress.events))
      return yield* progress.events.take()
    }
    case 'content_block_delta':
      progress.blocks.get(event.index)?.delta(isObject(event.delta) ? event.delta : {})
      return yield* progress.events.take()
    case 'content_block_stop':
      progress.blocks.get(event.index)?.close()
      progress.blocks.delete(event.index)
      return yield* progress.events.take()
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

/** The end of the answer; of one that breaks off without a reason, as an error: it is not whole. */
function* finish(progress: Progress): Generator<StreamEvent> {
  const { ending, usage, model, blocks, events } = progress
  progress.state = 'over'
  if (typeof ending?.stop_reason !== 'string') {
    yield { type: 'error', error: BROKEN_OFF }
    yield { type: 'end' }
    return
  }
  for (const block of blocks.values()) block.close()
  for (const { type, text } of readRefusal(ending.stop_details)) {
    const told = events.open({ type })
    events.tell(told, text)
    events.close(told)
  }
  yield* events.take()
  yield { type: 'finish', choice: 0, finish: readFinish(ending.stop_reason, ending.stop_sequence) }
  const read = readUsage(usage, model)
  if (read) yield { type: 'usage', usage: read }
  yield { type: 'end' }
}
