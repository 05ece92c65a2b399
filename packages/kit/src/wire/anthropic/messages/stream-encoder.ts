import type { Asked, StreamEncoder } from '../../format.ts'
import type { Finish } from '../../neutral/answer.ts'
import type { OpenedPart, PartEvent, StreamEvent } from '../../neutral/stream.ts'
import type { Usage } from '../../usage.ts'
import { writeError } from '../errors.ts'
import { streamError } from '../stream-error.ts'
import { openMessage } from './answer-writer.ts'
import { type BlockEncoder, blockEncoder, messageEvent } from './block-encoder.ts'
import { writeFinish } from './stop-reason.ts'
import { writeUsage } from './usage.ts'

/** A part that has been opened, and what waits to be said of it while another block is open. */
interface Pending {
  readonly block: BlockEncoder
  readonly waiting: PartEvent[]
  closed: boolean
}

interface Progress {
  started: boolean
  over: boolean
  finish: Finish
  usage: Usage | undefined
  /** Blocks that were written: each has the next index. */
  blocks: number
  /** By part, in the order in which they were opened: the first alone is written. */
  readonly pending: Map<number, Pending>
  /** What is told at the end, and not as blocks, by part. */
  readonly refusals: Map<number, string>
}

/**
 * An answer as a stream of Messages: https://platform.claude.com/docs/en/build-with-claude/streaming. Blocks never overlap
 * in one: SDKs take a block that stops for the last that has started. What comes for a later part waits for the earlier ones.
 */
export function streamEncoder({ model, requestId }: Asked): StreamEncoder {
  const progress: Progress = {
    started: false,
    over: false,
    finish: { reason: 'error' },
    usage: undefined,
    blocks: 0,
    pending: new Map(),
    refusals: new Map(),
  }
  const start = (id: string): string => {
    if (progress.started) return ''
    progress.started = true
    return messageEvent('message_start', { message: openMessage(id, model) })
  }
  return {
    push(event) {
      if (progress.over || ('choice' in event && event.choice !== 0)) return ''
      if (event.type === 'start') return start(event.id)
      if (event.type !== 'error') return start(requestId) + encode(event, progress)
      progress.over = true
      return streamError(writeError(event.error, requestId).body).toString()
    },
  }
}

function encode(event: Exclude<StreamEvent, { type: 'start' | 'error' }>, progress: Progress): string {
  switch (event.type) {
    case 'finish':
      progress.finish = event.finish
      return ''
    case 'usage':
      progress.usage = event.usage
      return ''
    case 'end':
      return end(progress)
    case 'open':
      open(event.part, event.of, progress)
      return flush(progress)
    default:
      note(event, progress)
      return flush(progress)
  }
}

function open(part: number, of: OpenedPart, progress: Progress): void {
  const block = blockEncoder(of)
  if (block) progress.pending.set(part, { block, waiting: [], closed: false })
  else if (of.type === 'refusal') progress.refusals.set(part, '')
}

function note(event: PartEvent, progress: Progress): void {
  const { pending, refusals } = progress
  const refused = refusals.get(event.part)
  if (event.type === 'delta' && refused !== undefined) refusals.set(event.part, refused + event.text)
  const found = pending.get(event.part)
  if (event.type === 'close' && found) found.closed = true
  else found?.waiting.push(event)
}

/** Write what may be written: all of the first open part, and the next ones as far as those before them are closed. */
function flush(progress: Progress): string {
  let written = ''
  for (const [part, { block, waiting, closed }] of progress.pending) {
    const index = progress.blocks
    for (const event of waiting.splice(0)) written += block.push(event, index)
    if (!closed) break
    written += block.close(index)
    progress.pending.delete(part)
    progress.blocks += 1
  }
  return written
}

function end(progress: Progress): string {
  progress.over = true
  for (const part of progress.pending.values()) part.closed = true
  const { finish, refusals, usage } = progress
  const refusal = refusals.size > 0 ? [...refusals.values()].join('') : undefined
  const delta = { ...writeFinish(finish, refusal), container: null }
  const last = messageEvent('message_delta', { delta, usage: writeUsage(usage) })
  return flush(progress) + last + messageEvent('message_stop')
}
