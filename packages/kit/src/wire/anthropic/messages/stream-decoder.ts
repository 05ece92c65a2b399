import type { StreamDecoder } from '../../format.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { type PartEvents, partEvents } from '../../neutral/part-events.ts'
import { BROKEN_OFF, type ProviderError } from '../../neutral/provider-error.ts'
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
  readonly parts: PartEvents
  /** What is told of it, until it is taken. */
  readonly told: StreamEvent[]
}

/** A stream of Messages, event by event: https://platform.claude.com/docs/en/build-with-claude/streaming */
export function streamDecoder(): StreamDecoder {
  const told: StreamEvent[] = []
  const progress: Progress = {
    state: 'waiting',
    model: '',
    usage: {},
    ending: undefined,
    blocks: new Map(),
    parts: partEvents(0, told),
    told,
  }
  return {
    push({ json }) {
      if (json && progress.state !== 'over') decode(json, progress)
      return told.splice(0)
    },
    end() {
      if (progress.state !== 'over') finish(progress)
      return told.splice(0)
    },
  }
}

function decode(event: JsonObject, progress: Progress): void {
  switch (event.type) {
    case 'message_start':
      return start(event.message, progress)
    case 'content_block_start': {
      start(undefined, progress)
      const block = isObject(event.content_block) ? event.content_block : {}
      progress.blocks.set(event.index, blockDecoder(block, progress.parts))
      return
    }
    case 'content_block_delta':
      return progress.blocks.get(event.index)?.delta(isObject(event.delta) ? event.delta : {})
    case 'content_block_stop':
      progress.blocks.get(event.index)?.close()
      progress.blocks.delete(event.index)
      return
    case 'message_delta':
      progress.usage = mergeUsage(progress.usage, event.usage)
      if (isObject(event.delta)) progress.ending = { ...progress.ending, ...event.delta }
      return
    case 'message_stop':
      return finish(progress)
    case 'error':
      fail(readError(undefined, event), progress)
  }
}

function start(message: unknown, progress: Progress): void {
  if (progress.state !== 'waiting') return
  progress.state = 'running'
  const { id, model, usage } = isObject(message) ? message : {}
  progress.model = typeof model === 'string' ? model : ''
  progress.usage = mergeUsage({}, usage)
  const begun = { id: typeof id === 'string' ? id : '', model: progress.model, createdAtSec: NO_TIME }
  progress.told.push({ type: 'start', ...begun })
}

function fail(error: ProviderError, progress: Progress): void {
  progress.state = 'over'
  progress.told.push({ type: 'error', error }, { type: 'end' })
}

/** The end of the answer; of one that breaks off without a reason, as an error: it is not whole. */
function finish(progress: Progress): void {
  const { ending, usage, model, blocks, parts, told } = progress
  if (typeof ending?.stop_reason !== 'string') return fail(BROKEN_OFF, progress)
  progress.state = 'over'
  for (const block of blocks.values()) block.close()
  for (const { type, text } of readRefusal(ending.stop_details)) {
    const refusal = parts.open({ type })
    parts.tell(refusal, text)
    parts.close(refusal)
  }
  told.push({ type: 'finish', choice: 0, finish: readFinish(ending.stop_reason, ending.stop_sequence) })
  const read = readUsage(usage, model)
  if (read) told.push({ type: 'usage', usage: read })
  told.push({ type: 'end' })
}
