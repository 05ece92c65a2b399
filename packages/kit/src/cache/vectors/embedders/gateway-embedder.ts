import { type GovernedFetchOptions, governedFetch } from '../../../client/index.ts'
import { nanoUsd } from '../../../core/money.ts'
import type { Principal } from '../../../directory/principal.ts'
import { paidFailure } from '../../paid-failure.ts'
import { type Embedder, embedderId } from './embedder.ts'

/** How the call is governed (the ledger, its prices, a provider's own account …), and what is asked for. */
export interface GatewayEmbedderOptions extends Omit<GovernedFetchOptions, 'principal' | 'onCharged'> {
  /** Up to and including the version segment: `https://api.openai.com/v1`. */
  readonly baseUrl: string
  /** Sent as a bearer token. */
  readonly apiKey?: string
  readonly model?: string
  /** How many numbers a vector has. */
  readonly dimensions?: number
  /** Whether the provider is asked for that many: a model that has only one length may refuse to be asked. */
  readonly asksForDimensions?: boolean
}

/** The tag that an embedding's cost carries in the books, in place of nothing: it is no answer, and no client asked for it. */
const OVERHEAD = { cache_overhead: 'embedding' } as const

/**
 * Embeddings of a provider in OpenAI's dialect, through the same toll as any other call: what one can cost at the most is
 * reserved on every account of the caller before it is sent, and what it did cost is in the books, tagged `cache_overhead`,
 * before its vectors are used. Where a budget has nothing left nothing is sent.
 * https://platform.openai.com/docs/api-reference/embeddings
 *
 * @example
 * gatewayEmbedder({ ledger, baseUrl: 'https://api.openai.com/v1', apiKey })
 */
export function gatewayEmbedder({
  baseUrl,
  apiKey,
  model = 'text-embedding-3-small',
  dimensions = 512,
  asksForDimensions = true,
  provider = 'openai',
  fetch: send = globalThis.fetch,
  ...reserving
}: GatewayEmbedderOptions): Embedder {
  const url = `${baseUrl.replace(/\/+$/, '')}/embeddings`
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  }
  return {
    id: embedderId({ provider, model, dimensions }),
    dimensions,
    async embed(texts, { signal, principal }) {
      if (!principal)
        throw new RangeError('An embedding has somebody who pays for it: embed with a principal')
      let isSent = false
      let costNanoUsd = nanoUsd(0)
      const governed = governedFetch({
        ...reserving,
        provider,
        principal: tagged(principal),
        onCharged(cost) {
          costNanoUsd = cost
        },
        fetch(input, init) {
          isSent = true
          return send(input, init)
        },
      })
      const body = JSON.stringify({
        model,
        input: texts,
        encoding_format: 'float',
        ...(asksForDimensions ? { dimensions } : {}),
      })
      try {
        const answer = await governed(url, { method: 'POST', headers, body, signal })
        if (answer.ok) return { vectors: vectorsIn(await answer.json(), texts.length), costNanoUsd }
        const text = await answer.text()
        if (!isSent && DENIALS.has(answer.status)) return null
        throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`)
      } catch (error) {
        throw paidFailure(error, costNanoUsd)
      }
    },
  }
}

/** How a budget refuses before anything was sent: 429, or 402 where that is what refusals are. */
const DENIALS: ReadonlySet<number> = new Set([402, 429])

const tagged = (principal: Principal): Principal => ({
  ...principal,
  tags: { ...principal.tags, ...OVERHEAD },
})

/** The answer's vectors in the order of their texts, which the answer itself need not keep. @throws Error when one is missing. */
function vectorsIn(answer: unknown, count: number): number[][] {
  const { data } = answer as {
    readonly data?: readonly { readonly index: number; readonly embedding: number[] }[]
  }
  const vectors = Array.from(
    { length: count },
    (_, index) => data?.find((one) => one.index === index)?.embedding,
  )
  if (vectors.every((vector) => Array.isArray(vector))) return vectors as number[][]
  throw new Error(`an answer with embeddings has not ${count} of them`)
}
