import type { StreamDecoder } from '../format.ts'
import { isObject, type JsonObject } from '../json.ts'
import { type PartEvents, partEvents, type ToldPart } from '../neutral/part-events.ts'
import { BROKEN_OFF, type ProviderError } from '../neutral/provider-error.ts'
import type { StreamEvent } from '../neutral/stream.ts'
import type { Usage } from '../usage.ts'
import { sealOf, unnumbered } from './answer-reader.ts'
import { readError } from './errors.ts'
import { readFinish } from './finish.ts'
import { readUsage } from './usage.ts'

/** What has come of a stream. */
interface Progress {
  state: 'waiting' | 'running' | 'over'
  stopReason: unknown
  usage: Usage | undefined
  readonly blocks: Map<unknown, ToldPart>
  readonly events: PartEvents
}

/**
 * A stream of ConverseStream, event by event, each with the name that its frame had:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
export function streamDecoder(): StreamDecoder {
  const progress: Progress = {
    state: 'waiting',
    stopReason: undefined,
    usage: undefined,
    blocks: new Map(),
    events: partEvents(0),
  }
  return {
    push: ({ json, name }) => (json && progress.state !== 'over' ? [...decode(json, name, progress)] : []),
    end: () => (progress.state === 'over' ? [] : [...finish(progress)]),
  }
}

function* decode(event: JsonObject, name = '', progress: Progress): Generator<StreamEvent> {
  const { contentBlockIndex: index } = event
  if (name === 'error') return yield* fail(errorIn(event), progress)
  if (progress.state === 'waiting') {
    progress.state = 'running'
    yield { type: 'start', ...unnumbered() }
  }
  if (name === 'contentBlockStart' && isObject(event.start)) openCall(event.start.toolUse, index, progress)
  if (name === 'contentBlockDelta' && isObject(event.delta)) tell(event.delta, index, progress)
  if (name === 'contentBlockStop') close(index, progress)
  if (name === 'messageStop') progress.stopReason = event.stopReason
  // Nothing of the answer comes behind it, and on some models nothing comes in its stead.
  if (name === 'metadata') progress.usage = readUsage(event.usage) ?? progress.usage
  yield* progress.events.take()
}

function openCall(toolUse: unknown, index: unknown, { blocks, events }: Progress): void {
  if (!isObject(toolUse)) return
  const { toolUseId: id, name } = toolUse
  blocks.set(index, events.open({ type: 'tool_call', id: String(id), name: String(name) }))
}

/** Blocks of text and thoughts are not announced: their first delta opens them. */
function tell(delta: JsonObject, index: unknown, { blocks, events }: Progress): void {
  const { text, toolUse, reasoningContent } = delta
  const opened = (type: 'text' | 'reasoning') => {
    const told = blocks.get(index) ?? events.open({ type })
    blocks.set(index, told)
    return told
  }
  if (typeof text === 'string' && text !== '') events.tell(opened('text'), text)
  if (isObject(reasoningContent)) {
    const { text: thought, signature, redactedContent } = reasoningContent
    const told = opened('reasoning')
    events.tell(told, thought)
    events.seal(told, sealOf(signature, redactedContent))
  }
  const call = blocks.get(index)
  if (isObject(toolUse) && call) events.tell(call, toolUse.input)
}

function close(index: unknown, { blocks, events }: Progress): void {
  const told = blocks.get(index)
  if (!told) return
  // A tool without input is called with an empty object.
  if (told.of.type === 'tool_call' && !told.begun) events.tell(told, '{}')
  events.close(told)
  blocks.delete(index)
}

function* finish(progress: Progress): Generator<StreamEvent> {
  const { stopReason, blocks, events, usage } = progress
  if (typeof stopReason !== 'string') return yield* fail(BROKEN_OFF, progress)
  for (const index of [...blocks.keys()]) close(index, progress)
  yield* events.take()
  yield { type: 'finish', choice: 0, finish: readFinish(stopReason) }
  if (usage) yield { type: 'usage', usage }
  progress.state = 'over'
  yield { type: 'end' }
}

function* fail(error: ProviderError, progress: Progress): Generator<StreamEvent> {
  progress.state = 'over'
  yield { type: 'error', error }
  yield { type: 'end' }
}

/** An exception inside a stream: what it is called tells the status that it would have had. */
function errorIn({ error, status }: JsonObject): ProviderError {
  return readError(typeof status === 'number' ? status : 500, error)
}
