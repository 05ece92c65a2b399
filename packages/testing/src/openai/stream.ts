import type { Refusal } from '../behaviour.ts'
import { type Body, isRefusal, type Question } from '../dialect.ts'
import type { StreamEvent, StreamPlan } from '../plan.ts'
import type { Piece } from '../text.ts'
import { errorText, invalidRequest } from './errors.ts'
import { usageBody } from './usage.ts'

/** How one endpoint spells the choices of its chunks. */
interface Spelling {
  /** The fields that all chunks share. */
  readonly envelope: object
  /** Choices to open with, before anything is generated. */
  readonly head: readonly object[]
  /** The choice that carries a piece, as JSON text: it is made for every token. */
  readonly choice: (index: number, piece: Piece) => string
  /** The choices that tell how each one ended. */
  readonly finish: readonly object[]
}

/** Whether to stream, and whether to tell the usage; a refusal where the request contradicts itself. */
export function streamAsked({
  stream,
  stream_options: options,
}: Body): { usage: boolean } | undefined | Refusal {
  if (stream !== true) {
    if (options === undefined || options === null) return undefined
    return invalidRequest(
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      'stream_options',
    )
  }
  return { usage: (options as Body | null | undefined)?.include_usage === true }
}

const NOTHING: readonly StreamEvent[] = []

/** Chunks as OpenAI sends them: where usage was asked for it is null on all of them but one. */
export function streamPlan(
  { body, behaviour }: Question,
  { envelope, head, choice, finish }: Spelling,
): StreamPlan | undefined | Refusal {
  const asked = streamAsked(body)
  if (asked === undefined || isRefusal(asked)) return asked
  const told = asked.usage ? (behaviour.usage ?? 'last') : 'never'
  const open = `${JSON.stringify(envelope).slice(0, -1)},"choices":[`
  const close = asked.usage ? '],"usage":null}' : ']}'
  const chunkOf = (choices: string, usage?: object): StreamEvent => ({
    data: usage ? `${open}${choices}],"usage":${JSON.stringify(usage)}}` : open + choices + close,
  })
  return {
    head: () => head.map((first) => chunkOf(JSON.stringify(first))),
    chunk: (index, piece) => (piece.thought ? NOTHING : [chunkOf(choice(index, piece))]),
    tail(usage) {
      const numbers = usageBody(usage)
      const last = finish.length - 1
      const endings = finish.map((ending, index) =>
        chunkOf(JSON.stringify(ending), told === 'with-finish' && index === last ? numbers : undefined),
      )
      if (told === 'last') return [...endings, chunkOf('', numbers)]
      if (told === 'before-finish') return [chunkOf('', numbers), ...endings]
      return endings
    },
    done: { data: '[DONE]' },
    error: (refusal) => ({ data: errorText(refusal) }),
  }
}
