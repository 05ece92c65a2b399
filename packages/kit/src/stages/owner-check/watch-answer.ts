import type { ServerResponse } from 'node:http'
import { observe } from '../../core/tap.ts'
import { isJsonType } from '../../wire/json.ts'
import { UPLOAD_URL, uploadsNamed } from '../../wire/passage/uploads.ts'
import { isEventStream } from '../../wire/sse.ts'
import type { StoredFacts } from '../../wire/stored/holdings.ts'
import type { Made, MadeOptions } from '../../wire/stored/made-in.ts'
import { type MadeReader, madeInEvents, madeInJson } from '../../wire/stored/made-reader.ts'
import type { Register } from './register.ts'

/** Longer than Google goes on with an upload that was begun, which is a week. */
const UPLOAD_MS = 8 * 86_400_000

/** Whose answer it is, and what to write down of it. */
export interface Answering {
  readonly provider: string
  readonly options?: MadeOptions
  /** What is known of all that was made, by what was said of it. */
  readonly factsOf: (made: Made) => StoredFacts | undefined
  /** It is what somebody has brought: whatever ids are in it were written by anybody. */
  readonly isContent?: true
  /** What it makes is new: whoever had such a name before has nothing of it. */
  readonly anew?: true
  /** Something is gone, if this is a success. */
  readonly forgets?: readonly string[]
  readonly ttlMs: number
}

/**
 * Watch an answer, and write down what was stored for its caller. The end of the answer waits for that: whoever has it can go
 * on with it at once, by way of any process.
 *
 * @param answeringOf asked when an answer begins; undefined where it is nobody's that is asked about.
 */
export function watchAnswer(
  res: ServerResponse,
  register: Register,
  answeringOf: () => Answering | undefined,
): void {
  let answering: Answering | undefined
  let reader: MadeReader | undefined
  const work: Promise<void>[] = []
  const note = () => {
    const made = reader?.take()
    if (!made || !answering || made.ids.length === 0) return
    const { provider, ttlMs, factsOf } = answering
    const facts = factsOf(made)
    const claim = () => register.claim({ provider, ids: made.ids, ttlMs, ...(facts && { facts }) })
    work.push(answering.anew ? register.forget(provider, made.ids).then(claim) : claim())
  }
  observe(res, {
    head() {
      answering = isSuccess(res) ? answeringOf() : undefined
      reader = answering && readerFor(res.getHeader('content-type'), answering)
      const begun = answering ? uploadsNamed(String(res.getHeader(UPLOAD_URL) ?? '')) : []
      if (answering && begun.length > 0)
        work.push(register.claim({ provider: answering.provider, ids: begun, ttlMs: UPLOAD_MS }))
    },
    chunk(bytes) {
      reader?.push(bytes)
      note()
    },
    last() {
      reader?.end()
      note()
      if (answering?.forgets) work.push(register.forget(answering.provider, answering.forgets))
      return work.length > 0 ? Promise.all(work) : undefined
    },
  })
}

/** What comes compressed all the same is passed on as it is, and read by nobody. */
function isSuccess(res: ServerResponse): boolean {
  const encoding = res.getHeader('content-encoding') ?? 'identity'
  return res.statusCode >= 200 && res.statusCode <= 299 && encoding === 'identity'
}

function readerFor(type: unknown, { options, isContent }: Answering): MadeReader | undefined {
  if (isContent) return undefined
  if (isEventStream(type)) return madeInEvents()
  return isJsonType(String(type)) ? madeInJson(options) : undefined
}
