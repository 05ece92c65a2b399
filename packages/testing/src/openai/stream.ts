import type { Refusal } from '../behaviour.ts'
import { type Body, isRefusal, type Question } from '../dialect.ts'
import type { House } from '../house.ts'
import type { StreamEvent, StreamPlan } from '../plan.ts'
import type { ProviderUsage } from '../prices.ts'
import type { Piece } from '../text.ts'
import { errorText, invalidRequest } from './errors.ts'
import { usageAt } from './house.ts'

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
function streamAsked({ stream, stream_options: options }: Body): { usage: boolean } | undefined | Refusal {
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

/** Where a stream tells its usage, by the ways of its house. */
function placeOf(
  tells: House['tells'],
  asked: boolean,
  place: Question['behaviour']['usage'] = 'last',
): NonNullable<Question['behaviour']['usage']> {
  if (place === 'never') return place
  if (tells === 'untold') return 'with-finish'
  return asked || tells === 'every-chunk' ? place : 'never'
}

/** Chunks as OpenAI sends them: where usage was asked for it is null on all of them but one. */
export function streamPlan(
  { body, behaviour }: Question,
  { envelope, head, choice, finish }: Spelling,
): StreamPlan | undefined | Refusal {
  const asked = streamAsked(body)
  if (asked === undefined || isRefusal(asked)) return asked
  const { house = {} } = behaviour
  const { tells = 'asked', chunkField = 'usage' } = house
  const told = placeOf(tells, asked.usage, behaviour.usage)
  const open = `${JSON.stringify(envelope).slice(0, -1)},"choices":[`
  const close = asked.usage ? '],"usage":null}' : ']}'
  const chunkOf = (choices: string, usage?: ProviderUsage): StreamEvent => {
    if (!usage) return { data: open + choices + close }
    const numbers = usageAt(house, usage)
    const said = JSON.stringify({ [chunkField]: chunkField === 'usage' ? numbers : { usage: numbers } })
    return { data: `${open}${choices}],${said.slice(1)}` }
  }
  const soFar = (usage: ProviderUsage) => (tells === 'every-chunk' ? usage : undefined)
  return {
    head: () => head.map((first) => chunkOf(JSON.stringify(first))),
    chunk: (index, piece, usage) => (piece.thought ? NOTHING : [chunkOf(choice(index, piece), soFar(usage))]),
    tail(usage) {
      const last = finish.length - 1
      const endings = finish.map((ending, index) =>
        chunkOf(
          JSON.stringify(ending),
          (told === 'with-finish' || tells === 'twice') && index === last ? usage : undefined,
        ),
      )
      if (told === 'last') return [...endings, chunkOf('', usage)]
      if (told === 'before-finish') return [chunkOf('', usage), ...endings]
      return endings
    },
    done: { data: '[DONE]' },
    error: (refusal) => ({ data: errorText(refusal) }),
  }
}
